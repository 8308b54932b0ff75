// The relays of a simulated PDU: their true state, and the one thread that moves them.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace twinsite::pdu {

struct Relay {
    bool on = true;
    bool moving = false; ///< it has been commanded and has not arrived yet
};

/// What has to happen before a relay counts as moved: power to a node goes or comes.
using Hook = std::function<Status(unsigned outlet, bool on)>;

/// How a relay behaves: the time it takes, or that it does not move at all.
struct RelayNature {
    Milliseconds delay{0};
    bool stuck = false;
};
using RelayNatures = std::function<RelayNature(unsigned outlet)>;

/// Outlets are numbered from 1. States are kept in FOLDER/outlets/N, "on" or "off"; every move is a
/// line "N on|off" of FOLDER/journal.
class Relays {
public:
    Relays(std::filesystem::path folder, unsigned count, RelayNatures natures, Hook hook);
    Relays(const Relays&) = delete;
    Relays& operator=(const Relays&) = delete;
    Relays(Relays&&) = delete;
    Relays& operator=(Relays&&) = delete;
    /// Commands not yet begun are dropped; the one that runs is finished.
    ~Relays();

    [[nodiscard]] unsigned count() const { return static_cast<unsigned>(relays_.size()); }
    [[nodiscard]] Relay at(unsigned outlet) const;
    /// Returns at once; commands are performed one after the other. AFTER delays this one.
    void command(unsigned outlet, bool on, Milliseconds after = Milliseconds(0));

private:
    struct Job {
        unsigned outlet;
        bool on;
        Milliseconds after;
    };

    [[nodiscard]] std::filesystem::path file(unsigned outlet) const;
    [[nodiscard]] bool stored(unsigned outlet) const;
    void record(unsigned outlet, bool on) const;
    void work(const std::stop_token& stop);
    void move(const Job& job, const std::stop_token& stop);

    std::filesystem::path folder_;
    RelayNatures natures_;
    Hook hook_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::vector<Relay> relays_;
    std::deque<Job> jobs_;
    std::jthread worker_;
};

} // namespace twinsite::pdu
