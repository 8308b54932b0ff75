#include "lib/target/lio/execute.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

namespace twinsite::target::lio {

namespace {

Status perform(ConfigTree& tree, const Step& step) {
    switch (step.verb) {
    case Step::Verb::make_directory:
        return tree.make_directory(step.path);
    case Step::Verb::write:
        return tree.write(step.path, step.value);
    case Step::Verb::link:
        return tree.make_link(step.path, step.value);
    case Step::Verb::remove_link:
        return tree.remove_link(step.path);
    case Step::Verb::remove_directory:
        return tree.remove_directory(step.path);
    }
    return {};
}

std::string_view verb_name(Step::Verb verb) {
    switch (verb) {
    case Step::Verb::make_directory:
        return "mkdir";
    case Step::Verb::write:
        return "write";
    case Step::Verb::link:
        return "link";
    case Step::Verb::remove_link:
        return "unlink";
    case Step::Verb::remove_directory:
        return "rmdir";
    }
    return "";
}

void announce(const Step& step, const Progress& progress) {
    progress(fmt::format("{} ({} {})", step.purpose, verb_name(step.verb), step.path));
    log::debug("{} {}{}", verb_name(step.verb), step.path,
               step.value.empty() ? ""
               : step.secret      ? " = (secret)"
                                  : " = " + step.value);
}

bool harmless_when_building(const Step& step, const Error& error) {
    const auto harmless =
        step.verb == Step::Verb::make_directory ? ErrorKind::conflict : ErrorKind::not_found;
    return step.optional && error.kind == harmless;
}

bool harmless_when_removing(const Step& step, const Error& error) {
    return error.kind == ErrorKind::not_found ||
           (step.optional && error.kind == ErrorKind::conflict);
}

constexpr Milliseconds contended_interval{20};

bool refused_for_a_moment(const Step& step, const Status& done) {
    return step.contended && !done && done.error().message.ends_with(": Invalid argument");
}

Status perform_patiently(ConfigTree& tree, const Step& step, const Patience& patience) {
    Status done;
    poll_until(patience.clock, patience.deadline, contended_interval, [&] {
        done = perform(tree, step);
        return !refused_for_a_moment(step, done);
    });
    return done;
}

} // namespace

Status build(ConfigTree& tree, const std::vector<Step>& steps, const Progress& progress,
             const Patience& patience) {
    for (const Step& step : steps) {
        announce(step, progress);
        if (const auto done = perform_patiently(tree, step, patience);
            !done && !harmless_when_building(step, done.error())) {
            // The purpose says what; a path in the tree would push the cause out of the reason.
            const std::string& text = done.error().message;
            const auto cause = text.rfind(": ");
            return fail(
                Error{done.error().kind, cause == std::string::npos ? text : text.substr(cause + 2)}
                    .in(step.purpose));
        }
    }
    return {};
}

Status remove(ConfigTree& tree, const std::vector<Step>& steps, const Progress& progress) {
    Status first;
    for (const Step& step : steps) {
        announce(step, progress);
        if (const auto done = perform(tree, step);
            !done && !harmless_when_removing(step, done.error())) {
            log::warning("{}: {}", step.purpose, done.error().message);
            if (first) {
                first = fail(done.error().in(step.purpose));
            }
        }
    }
    return first;
}

} // namespace twinsite::target::lio
