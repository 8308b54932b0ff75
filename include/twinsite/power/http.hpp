// HTTP as the power adapter needs it. No C library shows here.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace twinsite::power {

struct HttpTarget {
    std::string address;
    std::uint16_t port = 0; ///< 0: the protocol's own
    int family = 0;         ///< 4 or 6 to insist on one
    bool tls = true;
    bool verify = true;    ///< the certificate, against the system's authorities or CA_FILE
    std::string ca_file{}; ///< PEM
    std::string user{};    ///< basic or digest, whichever the device wants
    std::string password{};
    Milliseconds patience{5'000}; ///< for one request
};

struct HttpRequest {
    std::string method = "GET";
    std::string path{}; ///< begins with one '/'
    std::string body{}; ///< JSON, or empty
};

class HttpClient {
public:
    HttpClient() = default;
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    virtual ~HttpClient() = default;

    /// The body of a successful answer. No redirect is followed, and at most 1 MiB is read.
    /// Errors: unreachable; permission for 401 and 403 and for a certificate that is not trusted;
    /// not_found for 404; conflict for other refusals; protocol.
    virtual Result<std::string> send(const HttpRequest& request, const Deadline& deadline) = 0;
};

/// libcurl is loaded here, not with the program: most fencing needs none of it. Errors:
/// not_installed; invalid_config for an address that is none.
Result<std::unique_ptr<HttpClient>> open_http(const HttpTarget& target, Clock& clock);

} // namespace twinsite::power
