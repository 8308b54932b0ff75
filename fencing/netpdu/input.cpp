#include "input.hpp"

#include "options.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>

namespace twinsite::fencing {

namespace {

std::string_view unquoted(std::string_view value) {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        return value.substr(1, value.size() - 2);
    }
    return value;
}

std::string dashed(std::string name) {
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

std::vector<std::string> known_names() {
    std::vector<std::string> names;
    for (const Option& option : options()) {
        names.push_back(option.name);
    }
    return names;
}

void take(Input& input, std::string_view key, std::string_view value) {
    if (key == "nodename") {
        input.node_name = value;
        return;
    }
    if (key == "nodeid") {
        return;
    }
    const Option* option = find_option(key);
    if (option == nullptr) {
        const std::string near = nearest(key, known_names());
        input.warnings.push_back(
            near.empty() ? fmt::format("parameter \"{}\" is not known and ignored", printable(key))
                         : fmt::format("parameter \"{}\" is not known and ignored; is "
                                       "it {}?",
                                       printable(key), near));
        return;
    }
    const std::string name = key == "port" ? "port" : option->name;
    input.values[name] = value;
}

/// getopt_long's tables, which point into strings that must outlive them.
struct GetoptTables {
    std::vector<std::string> names;
    std::vector<const Option*> meanings;
    std::vector<option> longs;
    std::string shorts = ":"; // a missing argument is told apart, and nothing is printed

    GetoptTables() {
        for (const Option& one : options()) {
            add(one.name, one);
            if (!one.old_name.empty() && one.name != "plug") {
                add(one.old_name, one);
            }
            if (one.letter != 0) {
                shorts += one.letter;
                shorts += one.argument.empty() ? "" : ":";
            }
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            longs.push_back({names[i].c_str(),
                             meanings[i]->argument.empty() ? no_argument : required_argument,
                             nullptr, static_cast<int>(256 + i)});
        }
        longs.push_back({});
    }

    [[nodiscard]] const Option* meaning(int code) const {
        if (code >= 256) {
            return meanings[static_cast<std::size_t>(code - 256)];
        }
        for (const Option& one : options()) {
            if (one.letter != 0 && one.letter == code) {
                return &one;
            }
        }
        return nullptr;
    }

private:
    void add(const std::string& name, const Option& one) {
        names.push_back(dashed(name));
        meanings.push_back(&one);
    }
};

void count_verbose(Input& input) {
    const auto level = parse_integer(input.values["verbose_level"], 0, 100);
    input.values["verbose_level"] = fmt::format("{}", level.value_or(0) + 1);
}

tl::unexpected<Error> not_an_option(std::string_view word) {
    return fail(ErrorKind::invalid_config,
                fmt::format("\"{}\" is not an option; --help shows them", word));
}

} // namespace

Input read_stdin_text(std::string_view text) {
    Input input;
    for (std::string_view line : lines(text)) {
        line = trim(line);
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) {
            input.warnings.push_back(
                fmt::format("\"{}\" is not key=value and is ignored", printable(line, 24)));
            continue;
        }
        take(input, trim(line.substr(0, equals)), unquoted(trim(line.substr(equals + 1))));
    }
    return input;
}

Result<Input> read_command_line(std::span<const char* const> arguments) {
    const GetoptTables tables;
    std::vector<char*> argv;
    for (const char* argument : arguments) {
        argv.push_back(const_cast<char*>(argument));
    }
    const int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);
    Input input;
    optind = 0; // start afresh: the scanner has a memory
    opterr = 0;
    for (;;) {
        const int code =
            ::getopt_long(argc, argv.data(), tables.shorts.c_str(), tables.longs.data(), nullptr);
        if (code == -1) {
            break;
        }
        const std::string word = printable(argv[static_cast<std::size_t>(std::max(optind, 1) - 1)]);
        if (code == ':') {
            return fail(ErrorKind::invalid_config, fmt::format("{} lacks its argument", word));
        }
        if (code == '?') {
            return not_an_option(word);
        }
        const Option* option = tables.meaning(code);
        if (option->name == "verbose") {
            count_verbose(input);
        }
        input.values[option->name] = option->argument.empty() ? "1" : optarg;
    }
    if (optind < argc) {
        return not_an_option(printable(argv[static_cast<std::size_t>(optind)]));
    }
    return input;
}

} // namespace twinsite::fencing
