#include <twinsite/base/text.hpp>
#include <twinsite/power/device.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::power {

namespace {

class HttpDevice final : public PowerDevice {
public:
    HttpDevice(HttpModel model, std::unique_ptr<HttpClient> client)
        : model_(std::move(model))
        , client_(std::move(client)) {}

    [[nodiscard]] std::optional<std::string> canonical(std::string_view text) const override {
        const auto number = parse_integer(text, 1, 65535);
        return number && model_.follow.empty() ? std::optional(std::string(text)) : std::nullopt;
    }

    Result<std::vector<Outlet>> list(const Deadline& deadline) override {
        if (const auto looked = look(deadline); !looked) {
            return fail(looked.error());
        }
        std::vector<Outlet> outlets;
        for (const Known& known : known_) {
            outlets.push_back(known.outlet.outlet);
        }
        return outlets;
    }

    Result<std::vector<OutletReading>> read(std::span<const std::string> identifiers,
                                            const Deadline& deadline) override {
        if (const auto looked = known_.empty() || model_.follow.empty()
                                    ? look(deadline)
                                    : look_again(identifiers, deadline);
            !looked) {
            return fail(looked.error());
        }
        std::vector<OutletReading> readings;
        for (const std::string& identifier : identifiers) {
            const Known* known = find(identifier);
            readings.push_back(known == nullptr ? OutletReading{OutletState::unknown,
                                                                "the device has no such outlet"}
                                                : known->outlet.reading);
        }
        return readings;
    }

    Status command(const std::string& identifier, OutletCommand command,
                   const Deadline& deadline) override {
        return send(identifier, deadline, [&](const HttpOutlet& outlet) {
            return http_command(model_, outlet, command);
        });
    }

    Result<WriteProof> prove_write(const std::string& identifier,
                                   const Deadline& deadline) override {
        if (!model_.no_operation) {
            return WriteProof::impossible;
        }
        return send(identifier, deadline,
                    [&](const HttpOutlet& outlet) { return http_no_operation(model_, outlet); })
            .map([] { return WriteProof::proven; });
    }

private:
    struct Known {
        HttpOutlet outlet;
        std::string path; ///< of its own document, where it has one
    };

    /// What REQUEST_FOR makes of the outlet.
    template <typename RequestFor>
    Status send(const std::string& identifier, const Deadline& deadline,
                const RequestFor& request_for) {
        if (known_.empty()) {
            if (auto looked = look(deadline); !looked) {
                return looked;
            }
        }
        const Known* known = find(identifier);
        if (known == nullptr) {
            return fail(ErrorKind::not_found, "the device has no such outlet");
        }
        const Result<HttpRequest> request = request_for(known->outlet);
        if (!request) {
            return fail(request.error());
        }
        return client_->send(*request, deadline).map([](const std::string&) {});
    }

    Status look(const Deadline& deadline) {
        known_.clear();
        const auto answer = client_->send(model_.list, deadline);
        if (!answer) {
            return fail(answer.error());
        }
        if (!model_.follow.empty()) {
            return follow(*answer, deadline);
        }
        auto outlets = http_outlets(model_, *answer);
        if (!outlets) {
            return fail(outlets.error());
        }
        for (HttpOutlet& outlet : *outlets) {
            known_.push_back({std::move(outlet), {}});
        }
        return {};
    }

    Status follow(const std::string& first, const Deadline& deadline) {
        std::vector<std::string> documents{first};
        std::vector<std::string> paths;
        for (const std::string& step : model_.follow) {
            paths.clear();
            for (const std::string& document : documents) {
                const auto links = http_links(step, document);
                if (!links) {
                    return fail(links.error());
                }
                paths.insert(paths.end(), links->begin(), links->end());
            }
            documents.clear();
            for (const std::string& path : paths) {
                auto document =
                    client_->send({.method = "GET", .path = path, .body = {}}, deadline);
                if (!document) {
                    return fail(document.error());
                }
                documents.push_back(std::move(*document));
            }
        }
        return keep(documents, paths);
    }

    Status keep(const std::vector<std::string>& documents, const std::vector<std::string>& paths) {
        for (std::size_t i = 0; i < documents.size(); ++i) {
            auto outlet = http_outlet(model_, documents[i]);
            if (!outlet) {
                return fail(outlet.error());
            }
            if (find(outlet->outlet.identifier) != nullptr) {
                return fail(ErrorKind::protocol, fmt::format("the device shows outlet {} twice",
                                                             printable(outlet->outlet.identifier)));
            }
            known_.push_back({std::move(*outlet), paths[i]});
        }
        return known_.empty() ? Status(fail(ErrorKind::protocol, "the device shows no outlets"))
                              : Status{};
    }

    /// Only the documents of the wanted outlets.
    Status look_again(std::span<const std::string> identifiers, const Deadline& deadline) {
        for (Known& known : known_) {
            if (std::find(identifiers.begin(), identifiers.end(), known.outlet.outlet.identifier) ==
                identifiers.end()) {
                continue;
            }
            const auto document =
                client_->send({.method = "GET", .path = known.path, .body = {}}, deadline);
            if (!document) {
                return fail(document.error());
            }
            auto outlet = http_outlet(model_, *document);
            if (!outlet || outlet->outlet.identifier != known.outlet.outlet.identifier) {
                return fail(ErrorKind::protocol, "the device answered about another outlet");
            }
            known.outlet = std::move(*outlet);
        }
        return {};
    }

    [[nodiscard]] const Known* find(const std::string& identifier) const {
        const auto found = std::find_if(known_.begin(), known_.end(), [&](const Known& known) {
            return known.outlet.outlet.identifier == identifier;
        });
        return found == known_.end() ? nullptr : &*found;
    }

    HttpModel model_;
    std::unique_ptr<HttpClient> client_;
    std::vector<Known> known_;
};

} // namespace

std::unique_ptr<PowerDevice> make_http_device(HttpModel model, std::unique_ptr<HttpClient> client) {
    return std::make_unique<HttpDevice>(std::move(model), std::move(client));
}

} // namespace twinsite::power
