#include "settings.hpp"

#include "options.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace twinsite::fencing {

namespace {

constexpr std::int64_t longest_wait = 3600;

/// The first complaint is kept; reading goes on, so that code reads as a list.
class Reader {
public:
    explicit Reader(const Input& input)
        : input_(input) {}

    std::string text(std::string_view name) {
        const auto found = input_.values.find(name);
        if (found != input_.values.end()) {
            check_choice(name, found->second);
            return found->second;
        }
        const Option* option = find_option(name);
        return option == nullptr ? std::string{} : option->default_value;
    }

    bool given(std::string_view name) const {
        const auto found = input_.values.find(name);
        return found != input_.values.end() && !found->second.empty();
    }

    bool flag(std::string_view name) {
        const std::string value = text(name);
        return !value.empty() && take(name, parse_boolean(value), false);
    }

    std::int64_t number(std::string_view name, std::int64_t low, std::int64_t high,
                        std::int64_t fallback) {
        const std::string value = text(name);
        return value.empty() ? fallback : take(name, parse_integer(value, low, high), fallback);
    }

    Milliseconds seconds(std::string_view name, std::int64_t low = 0) {
        return Milliseconds(number(name, low, longest_wait, low) * 1000);
    }

    void complain(std::string message) {
        if (!error_) {
            error_ = Error{ErrorKind::invalid_config, std::move(message)};
        }
    }

    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
    template <typename T>
    T take(std::string_view name, const Result<T>& result, T fallback) {
        if (!result) {
            complain(fmt::format("parameter {}: {}", name, result.error().message));
        }
        return result.value_or(fallback);
    }

    void check_choice(std::string_view name, const std::string& value) {
        const Option* option = find_option(name);
        if (option == nullptr || option->choices.empty() || value.empty()) {
            return;
        }
        const auto same = [&](const std::string& choice) {
            return to_lower(choice) == to_lower(value);
        };
        if (std::none_of(option->choices.begin(), option->choices.end(), same)) {
            complain(fmt::format("parameter {}: \"{}\" is not one of {}", name, printable(value),
                                 join(option->choices, ", ")));
        }
    }

    const Input& input_;
    std::optional<Error> error_;
};

power::SnmpVersion version_of(Reader& reader) {
    const std::string version = reader.text("snmp_version");
    if (version == "1" || (version.empty() && !reader.given("username"))) {
        return power::SnmpVersion::v1;
    }
    return version == "2c" ? power::SnmpVersion::v2c : power::SnmpVersion::v3;
}

bool has_password(const Reader& reader, const std::string& name) {
    return reader.given(name) || reader.given(name + "_file") || reader.given(name + "_script");
}

power::SecurityLevel level_of(Reader& reader) {
    const std::string level = to_lower(reader.text("snmp_sec_level"));
    const bool password = has_password(reader, "password");
    const bool privacy = has_password(reader, "snmp_priv_passwd");
    if (level.empty()) {
        if (!password) {
            return power::SecurityLevel::no_auth_no_priv;
        }
        return privacy || reader.given("snmp_priv_prot") ? power::SecurityLevel::auth_priv
                                                         : power::SecurityLevel::auth_no_priv;
    }
    if (level == "noauthnopriv") {
        return power::SecurityLevel::no_auth_no_priv;
    }
    if (!password) {
        reader.complain("snmp_sec_level asks for authentication, but there is no password: set "
                        "password or password_file");
    }
    return level == "authpriv" ? power::SecurityLevel::auth_priv
                               : power::SecurityLevel::auth_no_priv;
}

void read_target(Reader& reader, power::SnmpTarget& target) {
    target.address = reader.text("ip");
    if (target.address.empty()) {
        reader.complain("parameter ip is required and not set");
    }
    target.port = static_cast<std::uint16_t>(reader.number("ipport", 1, 65535, 161));
    const bool only4 = reader.flag("inet4_only");
    const bool only6 = reader.flag("inet6_only");
    if (only4 && only6) {
        reader.complain("inet4_only and inet6_only contradict each other");
    }
    target.family = only4 ? 4 : only6 ? 6 : 0;
    target.version = version_of(reader);
    if (target.version != power::SnmpVersion::v3) {
        if (reader.given("snmp_version") && reader.given("snmp_sec_level")) {
            reader.complain("snmp_sec_level belongs to snmp_version 3, not to a community");
        }
        target.community = reader.given("community") ? reader.text("community") : "private";
        return;
    }
    target.user.name = reader.text("username");
    if (target.user.name.empty()) {
        reader.complain("SNMP version 3 needs a username");
    }
    target.user.level = level_of(reader);
    target.user.auth_protocol = reader.text("snmp_auth_prot");
    target.user.auth_password = reader.text("password");
    target.user.priv_protocol =
        reader.given("snmp_priv_prot") ? reader.text("snmp_priv_prot") : "AES";
    target.user.priv_password = reader.text("snmp_priv_passwd");
}

power::HttpTarget http_target(Reader& reader, const power::SnmpTarget& snmp) {
    power::HttpTarget target{.address = snmp.address, .family = snmp.family};
    target.port = static_cast<std::uint16_t>(reader.number("ipport", 1, 65535, 0));
    target.tls = reader.flag("ssl");
    target.verify = !reader.flag("ssl_insecure");
    target.ca_file = reader.text("ssl_ca_file");
    target.user = reader.text("username");
    target.patience = snmp.patience;
    return target;
}

bool switches(std::string_view action) {
    return action == "on" || action == "off" || action == "reboot" || action == "status";
}

void check_action(Reader& reader, const std::string& action) {
    const auto known = actions();
    if (std::none_of(known.begin(), known.end(),
                     [&](const Action& one) { return one.name == action; })) {
        // Pacemaker recognises these words.
        reader.complain(fmt::format("unrecognised action \"{}\"", printable(action)));
    }
}

} // namespace

Output output_of(const Input& input) {
    const auto value = [&](std::string_view name) {
        const auto found = input.values.find(name);
        return found == input.values.end() ? std::string{} : found->second;
    };
    Output output;
    output.quiet = parse_boolean(value("quiet")).value_or(false);
    output.debug_file = value("debug_file");
    const bool verbose = parse_boolean(value("verbose")).value_or(false);
    output.verbose = static_cast<unsigned>(
        parse_integer(value("verbose_level"), 0, 100).value_or(verbose ? 1 : 0));
    return output;
}

std::string action_of(const Input& input) {
    const auto found = input.values.find("action");
    const std::string action =
        found == input.values.end() || found->second.empty() ? "reboot" : to_lower(found->second);
    return action == "meta-data" ? "metadata" : action;
}

Result<Settings> settings_of(const Input& input) {
    Reader reader(input);
    Settings settings;
    settings.action = action_of(input);
    check_action(reader, settings.action);
    settings.plug = reader.text("plug");
    settings.port = reader.text("port");
    settings.node_name = input.node_name;
    if (switches(settings.action) && settings.plug.empty() && settings.port.empty()) {
        reader.complain(
            fmt::format("action {} needs an outlet: parameter plug is not set", settings.action));
    }
    settings.model = reader.text("model");
    settings.model_dir = reader.text("model_dir");
    settings.device_cycle = to_lower(reader.text("method")) == "cycle";
    settings.separator = reader.text("separator");
    settings.plug_separator = reader.text("plug_separator");
    if (settings.separator.empty() || settings.plug_separator.empty()) {
        reader.complain("a separator must not be empty");
    }
    read_target(reader, settings.target);
    settings.target.patience = reader.seconds("shell_timeout", 1);
    settings.power_timeout = reader.seconds("power_timeout", 1);
    settings.power_wait = reader.seconds("power_wait");
    settings.reboot_hold = reader.seconds("reboot_hold");
    settings.poll_interval = std::max(reader.seconds("stonith_status_sleep"), Milliseconds(50));
    settings.delay = reader.seconds("delay");
    settings.retry_on = static_cast<unsigned>(reader.number("retry_on", 0, 100, 1));
    settings.target.patience =
        std::min(settings.target.patience, reader.seconds("login_timeout", 1));
    settings.http = http_target(reader, settings.target);
    settings.community_file = reader.text("community_file");
    settings.password_file = reader.text("password_file");
    settings.password_script = reader.text("password_script");
    settings.priv_password_file = reader.text("snmp_priv_passwd_file");
    settings.priv_password_script = reader.text("snmp_priv_passwd_script");
    if (reader.error()) {
        return fail(*reader.error());
    }
    return settings;
}

namespace {

Status fetch(std::string& into, const std::string& file, const std::string& script,
             process::CommandRunner& runner, const Deadline& deadline) {
    if (!into.empty()) {
        return {};
    }
    if (!file.empty()) {
        auto secret = read_secret_file(file);
        if (!secret) {
            return fail(secret.error());
        }
        into = std::move(*secret);
    } else if (!script.empty()) {
        const auto output = runner.run({{script}, {}, {}}, deadline);
        if (!output) {
            return fail(output.error());
        }
        const auto printed = lines(output->out);
        if (!output->ok() || printed.empty() || printed.front().empty()) {
            return fail(ErrorKind::invalid_config, fmt::format("{} gave no password", script));
        }
        into = printed.front();
    }
    return {};
}

} // namespace

Status fetch_secrets(Settings& settings, process::CommandRunner& runner, const Deadline& deadline) {
    power::SnmpTarget& target = settings.target;
    if (target.version != power::SnmpVersion::v3) {
        if (settings.community_file.empty()) {
            return {};
        }
        target.community.clear();
        return fetch(target.community, settings.community_file, {}, runner, deadline);
    }
    if (auto got = fetch(target.user.auth_password, settings.password_file,
                         settings.password_script, runner, deadline);
        !got) {
        return got;
    }
    if (auto got = fetch(target.user.priv_password, settings.priv_password_file,
                         settings.priv_password_script, runner, deadline);
        !got) {
        return got;
    }
    if (target.user.priv_password.empty()) {
        target.user.priv_password = target.user.auth_password;
    }
    settings.http.password = target.user.auth_password;
    return {};
}

} // namespace twinsite::fencing
