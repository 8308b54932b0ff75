#include <twinsite/site/capacity.hpp>

#include <algorithm>
#include <functional>
#include <numeric>

namespace twinsite::site {

std::string_view to_string(Packing packing) {
    switch (packing) {
    case Packing::fits:
        return "fits";
    case Packing::impossible:
        return "impossible";
    case Packing::no_plan_found:
        return "no plan found";
    }
    return "no plan found";
}

namespace {

using Sizes = std::vector<std::int64_t>;

bool best_fit_decreasing(const Sizes& items, Sizes bins) {
    return std::all_of(items.begin(), items.end(), [&bins](std::int64_t item) {
        std::int64_t* best = nullptr;
        for (std::int64_t& bin : bins) {
            if (bin >= item && (best == nullptr || bin < *best)) {
                best = &bin;
            }
        }
        if (best == nullptr) {
            return false;
        }
        *best -= item;
        return true;
    });
}

/// Every possibility, largest item first; empty when the budget ran out.
class Search {
public:
    Search(const Sizes& items, Sizes bins)
        : items_(items)
        , bins_(std::move(bins)) {}

    Packing run() {
        if (place(0)) {
            return Packing::fits;
        }
        return steps_ > budget ? Packing::no_plan_found : Packing::impossible;
    }

private:
    static constexpr std::size_t budget = 200000;
    const Sizes& items_;
    Sizes bins_;
    std::size_t steps_ = 0;

    bool
    place(std::size_t at) { // NOLINT(misc-no-recursion): as deep as there are items, at most 24
        if (at == items_.size()) {
            return true;
        }
        if (++steps_ > budget) {
            return false;
        }
        for (std::size_t i = 0; i < bins_.size(); ++i) {
            const bool tried =
                std::find(bins_.begin(), bins_.begin() + static_cast<std::ptrdiff_t>(i),
                          bins_[i]) != bins_.begin() + static_cast<std::ptrdiff_t>(i);
            if (tried || bins_[i] < items_[at]) {
                continue; // an equal bin gives the same answer
            }
            bins_[i] -= items_[at];
            if (place(at + 1)) {
                return true;
            }
            bins_[i] += items_[at];
        }
        return false;
    }
};

} // namespace

Packing pack(std::span<const std::int64_t> items, std::span<const std::int64_t> bins) {
    Sizes sorted(items.begin(), items.end());
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    Sizes room;
    for (const std::int64_t bin : bins) {
        room.push_back(std::max<std::int64_t>(bin, 0));
    }
    const auto sum = [](const Sizes& sizes) {
        return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
    };
    if (sorted.empty() || best_fit_decreasing(sorted, room)) {
        return Packing::fits;
    }
    if (room.empty() || sum(sorted) > sum(room) ||
        sorted.front() > *std::max_element(room.begin(), room.end())) {
        return Packing::impossible;
    }
    constexpr std::size_t most_items = 24;
    return sorted.size() > most_items ? Packing::no_plan_found : Search(sorted, room).run();
}

} // namespace twinsite::site
