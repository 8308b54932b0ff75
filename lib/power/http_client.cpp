// The only place that includes libcurl. It is loaded when an HTTP model is used: linked, its thirty
// libraries would cost every SNMP action more than the action itself.
#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/power/http.hpp>

#include <curl/curl.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>

namespace twinsite::power {

namespace {

constexpr std::size_t largest_answer = 1024UL * 1024UL;

struct CloseLibrary {
    void operator()(void* library) const { ::dlclose(library); }
};

/// The functions of libcurl that are used, with its own types.
struct Curl {
    std::unique_ptr<void, CloseLibrary> library;
    decltype(&::curl_easy_init) init = nullptr;
    decltype(&::curl_easy_setopt) setopt = nullptr;
    decltype(&::curl_easy_perform) perform = nullptr;
    decltype(&::curl_easy_getinfo) getinfo = nullptr;
    decltype(&::curl_easy_cleanup) cleanup = nullptr;
    decltype(&::curl_easy_strerror) strerror = nullptr;
    decltype(&::curl_slist_append) append = nullptr;
    decltype(&::curl_slist_free_all) free_all = nullptr;

    template <typename Function>
    void find(Function& into, const char* name) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): dlsym knows no types.
        into = reinterpret_cast<Function>(::dlsym(library.get(), name));
    }

    static Result<Curl> load() {
        Curl curl;
        curl.library.reset(::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL));
        if (!curl.library) {
            return fail(ErrorKind::not_installed,
                        "PDUs that speak HTTP need libcurl: install the package libcurl4");
        }
        curl.find(curl.init, "curl_easy_init");
        curl.find(curl.setopt, "curl_easy_setopt");
        curl.find(curl.perform, "curl_easy_perform");
        curl.find(curl.getinfo, "curl_easy_getinfo");
        curl.find(curl.cleanup, "curl_easy_cleanup");
        curl.find(curl.strerror, "curl_easy_strerror");
        curl.find(curl.append, "curl_slist_append");
        curl.find(curl.free_all, "curl_slist_free_all");
        if (curl.init == nullptr || curl.setopt == nullptr || curl.perform == nullptr ||
            curl.getinfo == nullptr || curl.cleanup == nullptr || curl.strerror == nullptr ||
            curl.append == nullptr || curl.free_all == nullptr) {
            return fail(ErrorKind::not_installed, "libcurl.so.4 lacks functions");
        }
        return curl;
    }
};

struct Answer {
    std::string text;
    bool too_long = false;
};

std::size_t collect(char* data, std::size_t size, std::size_t count, void* into) {
    auto& answer = *static_cast<Answer*>(into);
    if (answer.text.size() + size * count > largest_answer) {
        answer.too_long = true;
        return 0;
    }
    answer.text.append(data, size * count);
    return size * count;
}

class CurlClient final : public HttpClient {
public:
    CurlClient(Curl curl, HttpTarget target, Clock& clock)
        : curl_(std::move(curl))
        , target_(std::move(target))
        , clock_(clock)
        , handle_(curl_.init()) {}
    CurlClient(const CurlClient&) = delete;
    CurlClient& operator=(const CurlClient&) = delete;
    CurlClient(CurlClient&&) = delete;
    CurlClient& operator=(CurlClient&&) = delete;
    ~CurlClient() override { curl_.cleanup(handle_); }

    Result<std::string> send(const HttpRequest& request, const Deadline& deadline) override {
        const Milliseconds left = std::min(deadline.left(clock_), target_.patience);
        if (left <= Milliseconds::zero()) {
            return fail(ErrorKind::unreachable, fmt::format("no answer from {}", target_.address));
        }
        const std::string url = fmt::format("{}{}", base(), request.path);
        curl_slist* headers = curl_.append(nullptr, "Content-Type: application/json");
        headers = curl_.append(headers, "Expect:");
        const ScopeExit release([&] { curl_.free_all(headers); });
        Answer answer;
        describe(request, url, headers, answer, left);
        const CURLcode code = curl_.perform(handle_);
        if (answer.too_long) {
            return fail(ErrorKind::protocol,
                        fmt::format("{} answers more than 1 MiB", target_.address));
        }
        if (code != CURLE_OK) {
            return fail(transport_error(code));
        }
        long status = 0;
        curl_.getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
        if (status < 200 || status > 299) {
            return fail(http_error(status, request));
        }
        return std::move(answer.text);
    }

private:
    [[nodiscard]] std::string base() const {
        const bool v6 = target_.address.find(':') != std::string::npos;
        return fmt::format("{}://{}{}{}{}", target_.tls ? "https" : "http", v6 ? "[" : "",
                           target_.address, v6 ? "]" : "",
                           target_.port == 0 ? "" : fmt::format(":{}", target_.port));
    }

    void describe(const HttpRequest& request, const std::string& url, curl_slist* headers,
                  Answer& answer, Milliseconds patience) {
        const auto set = [&](CURLoption option, auto value) {
            curl_.setopt(handle_, option, value);
        };
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_PROTOCOLS_STR, target_.tls ? "https" : "http");
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_PROXY, ""); // never through a proxy of the environment
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
        set(CURLOPT_SSL_VERIFYPEER, target_.verify ? 1L : 0L);
        set(CURLOPT_SSL_VERIFYHOST, target_.verify ? 2L : 0L);
        if (!target_.ca_file.empty()) {
            set(CURLOPT_CAINFO, target_.ca_file.c_str());
        }
        set(CURLOPT_IPRESOLVE, static_cast<long>(target_.family == 4   ? CURL_IPRESOLVE_V4
                                                 : target_.family == 6 ? CURL_IPRESOLVE_V6
                                                                       : CURL_IPRESOLVE_WHATEVER));
        if (!target_.user.empty()) {
            set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST));
            set(CURLOPT_USERNAME, target_.user.c_str());
            set(CURLOPT_PASSWORD, target_.password.c_str());
        }
        set(CURLOPT_HTTPHEADER, headers);
        if (request.body.empty()) {
            set(CURLOPT_HTTPGET, 1L);
        } else {
            set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
            set(CURLOPT_COPYPOSTFIELDS, request.body.c_str());
        }
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
        set(CURLOPT_WRITEFUNCTION, &collect);
        set(CURLOPT_WRITEDATA, &answer);
    }

    [[nodiscard]] Error transport_error(CURLcode code) const {
        const std::string text = fmt::format("{}: {}", target_.address, curl_.strerror(code));
        switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return {ErrorKind::permission,
                    text + "; name the authority's file in ssl_ca_file, or set ssl_insecure=1"};
        case CURLE_SSL_CONNECT_ERROR:
            return {ErrorKind::protocol, text + "; a device without TLS needs ssl=0"};
        case CURLE_URL_MALFORMAT:
        case CURLE_COULDNT_RESOLVE_HOST:
            return {ErrorKind::invalid_config, text};
        case CURLE_COULDNT_CONNECT:
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
            return {ErrorKind::unreachable, fmt::format("no answer from {}", target_.address)};
        default:
            return {ErrorKind::protocol, text};
        }
    }

    [[nodiscard]] Error http_error(long status, const HttpRequest& request) const {
        const std::string text = fmt::format("{} answered {} to {} {}", target_.address, status,
                                             request.method, printable(request.path));
        if (status == 401 || status == 403) {
            return {ErrorKind::permission, text + ": it refuses the user or password"};
        }
        if (status == 404) {
            return {ErrorKind::not_found, text};
        }
        return {status >= 400 ? ErrorKind::conflict : ErrorKind::protocol, text};
    }

    Curl curl_;
    HttpTarget target_;
    Clock& clock_;
    CURL* handle_;
};

bool is_address(std::string_view text) {
    return !text.empty() && text.size() < 256 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.:-_%") == std::string_view::npos;
}

} // namespace

Result<std::unique_ptr<HttpClient>> open_http(const HttpTarget& target, Clock& clock) {
    if (!is_address(target.address)) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" is no address of a device", printable(target.address)));
    }
    auto curl = Curl::load();
    if (!curl) {
        return fail(curl.error());
    }
    return std::make_unique<CurlClient>(std::move(*curl), target, clock);
}

} // namespace twinsite::power
