// As much of an HTTP server as a simulated PDU needs: one connection at a time, one answer each.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace twinsite::pdu {

struct HttpCall {
    std::string method;
    std::string path;
    std::string body;
};

struct HttpReply {
    int status = 200;
    std::string body{};
    bool silent = false; ///< close without a word
    Milliseconds delay{0};
};

class HttpServer {
public:
    using Handler = std::function<HttpReply(const HttpCall&)>;

    /// ADDRESS is numeric IPv4:PORT.
    static Result<HttpServer> open(const std::string& address, Handler handler);
    /// Answers what arrives for at most DURATION.
    void serve(Milliseconds duration);

private:
    HttpServer(FileDescriptor listener, Handler handler)
        : listener_(std::move(listener))
        , handler_(std::move(handler)) {}
    void answer(const FileDescriptor& connection);

    FileDescriptor listener_;
    Handler handler_;
};

} // namespace twinsite::pdu
