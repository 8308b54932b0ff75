#include "cli/misuse.hpp"

#include <twinsite/base/choice.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace twinsite::cli {

namespace {

/// Hidden commands are in no group, and in no advice.
std::vector<std::string> names_of_commands(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) {
        if (!command->get_group().empty()) {
            names.push_back(command->get_name());
        }
    }
    return names;
}

const CLI::App* command_named(const CLI::App& app, const std::string& name) {
    const auto all = app.get_subcommands({});
    const auto found = std::find_if(all.begin(), all.end(), [&](const CLI::App* command) {
        return command->get_name() == name;
    });
    return found == all.end() ? nullptr : *found;
}

void add_options(const CLI::App& app, std::vector<std::string>& names) {
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            names.push_back("--" + name);
        }
    }
}

/// Walks along a command line as the parser does.
class Walk {
public:
    explicit Walk(const CLI::App& app)
        : app_(app) {}

    /// "" when WORD is expected here.
    std::string step(const std::string& word) {
        if (only_arguments_) {
            return argument(word);
        }
        if (word == "--") {
            only_arguments_ = true;
            return {};
        }
        if (word.starts_with("-") && word.size() > 1) {
            return option(word);
        }
        if (values_due_ > 0) {
            --values_due_;
            return {};
        }
        return command_ == nullptr ? command(word) : argument(word);
    }
    [[nodiscard]] bool has_command() const { return command_ != nullptr; }

private:
    [[nodiscard]] const CLI::Option* find(const std::string& name) const {
        const CLI::Option* own =
            command_ == nullptr ? nullptr : command_->get_option_no_throw(name);
        return own != nullptr ? own : app_.get_option_no_throw(name);
    }
    std::string option(const std::string& word) {
        const auto equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const CLI::Option* found = find(name);
        if (found == nullptr) {
            std::vector<std::string> known;
            add_options(app_, known);
            if (command_ != nullptr) {
                add_options(*command_, known);
            }
            const std::string of =
                command_ == nullptr ? std::string("option") : "option of " + command_->get_name();
            return no_such(of, name, known);
        }
        values_due_ = equals == std::string::npos ? found->get_items_expected_max() : 0;
        return {};
    }
    std::string command(const std::string& word) {
        command_ = command_named(app_, word);
        if (command_ == nullptr) {
            return no_such("command", word, names_of_commands(app_));
        }
        for (const CLI::Option* option : command_->get_options()) {
            if (option->get_positional()) {
                // Beyond any command line is as good as without a limit.
                arguments_due_ += std::min(option->get_items_expected_max(), 1 << 16);
            }
        }
        return {};
    }
    std::string argument(const std::string& word) {
        if (command_ == nullptr) {
            return command(word);
        }
        return arguments_due_-- > 0
                   ? std::string{}
                   : fmt::format("{} does not take \"{}\"", command_->get_name(), printable(word));
    }

    const CLI::App& app_;
    const CLI::App* command_ = nullptr;
    int values_due_ = 0;    ///< of the option before
    int arguments_due_ = 0; ///< that the command still takes
    bool only_arguments_ = false;
};

} // namespace

std::string explain_misuse(const CLI::App& app, std::span<const std::string> words) {
    Walk walk(app);
    for (const std::string& word : words) {
        if (std::string wrong = walk.step(word); !wrong.empty()) {
            return wrong;
        }
    }
    return walk.has_command() ? std::string{}
                              : fmt::format("a command is missing; there are: {}",
                                            join(names_of_commands(app), ", "));
}

} // namespace twinsite::cli
