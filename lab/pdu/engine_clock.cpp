#include "engine_clock.hpp"

#include <sys/time.h>
#include <time.h>

namespace twinsite::pdu {

namespace {

std::chrono::seconds ahead{0};

} // namespace

void skew_engine_time(std::chrono::seconds more) {
    ahead += more;
}

} // namespace twinsite::pdu

// net-snmp has no call that turns its engine's clock. It reads it through this function of its own
// (net-snmp/library/tools.h), which a program may replace.
extern "C" void netsnmp_get_monotonic_clock(timeval* now) {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    now->tv_sec = time.tv_sec + twinsite::pdu::ahead.count();
    now->tv_usec = time.tv_nsec / 1000;
}
