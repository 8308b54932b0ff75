#include "agents/mirror/link_history.hpp"

#include <twinsite/base/text.hpp>

#include <algorithm>

namespace twinsite::mirror {

namespace {

constexpr std::size_t most_remembered = 100;

/// What follows KEY in the word that begins with it.
std::string_view value_of(const std::vector<std::string>& words, std::string_view key) {
    const auto word = std::find_if(words.begin(), words.end(),
                                   [&](const std::string& each) { return each.starts_with(key); });
    return word == words.end() ? std::string_view() : std::string_view(*word).substr(key.size());
}

} // namespace

bool LinkHistory::take(std::string_view line, TimePoint now) {
    const auto words = split(line);
    if (words.size() < 3 || value_of(words, "name:") != resource_) {
        return false;
    }
    if (words[0] == "destroy" && words[1] == "resource") {
        move_to(State::removed);
        return true;
    }
    const std::string_view connection = value_of(words, "connection:");
    if (words[1] != "connection" || connection.empty()) {
        return false;
    }
    if (connection == "Connected") {
        const bool news = link_ != State::up;
        move_to(State::up);
        return news;
    }
    // The states on the way down follow each other within a moment: one loss. Taken down by hand
    // or by a stop (Disconnecting) it is not the link's fault.
    if (link_ == State::up && connection != "Disconnecting" && connection != "StandAlone") {
        lost_.push_back(now);
        if (lost_.size() > most_remembered) {
            lost_.pop_front();
        }
    }
    const bool news = link_ != State::lost;
    move_to(State::lost);
    return news;
}

void LinkHistory::move_to(State state) {
    changes_ += link_ == state ? 0 : 1;
    link_ = state;
}

std::size_t LinkHistory::losses(TimePoint now) const {
    return static_cast<std::size_t>(std::count_if(
        lost_.begin(), lost_.end(), [&](TimePoint at) { return now - at < flap_span; }));
}

LinkHistory::State LinkHistory::state(TimePoint now) const {
    return link_ == State::up && losses(now) >= flaps ? State::flapping : link_;
}

std::string_view to_string(LinkHistory::State state) {
    switch (state) {
    case LinkHistory::State::unknown:
        return "unknown";
    case LinkHistory::State::up:
        return "up";
    case LinkHistory::State::flapping:
        return "flapping";
    case LinkHistory::State::lost:
        return "lost";
    case LinkHistory::State::removed:
        return "removed";
    }
    return "unknown";
}

} // namespace twinsite::mirror
