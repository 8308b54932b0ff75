// A node's network as a small state machine, and the segment around it.
#pragma once

#include <twinsite/network/network.hpp>
#include <twinsite/network/segment.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace twinsite::testing {

class FakeNetwork final : public network::Network {
public:
    std::map<unsigned, network::Interface> by_index;
    std::vector<network::AssignedAddress> assigned;
    std::vector<network::Route> route_list;
    std::vector<network::Rule> rule_list;
    std::vector<network::AddressLabel> label_list;
    /// Every call whose description contains the key fails so.
    std::map<std::string, Error> failures;
    /// What the kernel finds out about when it is let ask (no no_dad).
    std::string another_has;
    /// Called before every change.
    std::function<void()> before_change = [] {};
    /// What was changed, in order: "add 192.0.2.7/24", "remove ...", "up 3", ...
    std::vector<std::string> changes;

    network::Interface& add_interface(unsigned index, const std::string& name);

    Result<network::Interface> interface_named(const std::string& name) override;
    Result<network::Interface> interface_at(unsigned index) override;
    Result<std::vector<network::Interface>> interfaces() override;
    Result<std::vector<network::AssignedAddress>> addresses(network::Family family) override;
    Result<std::vector<network::Route>> routes(network::Family family,
                                               std::uint32_t table) override;
    Result<std::vector<network::Rule>> rules(network::Family family) override;
    Result<std::vector<network::AddressLabel>> address_labels() override { return label_list; }
    Status add_address(const network::AssignedAddress& address) override;
    Status remove_address(const network::AssignedAddress& address) override;
    Status bring_up(unsigned interface) override;
    Status add_route(const network::Route& route) override;
    Status remove_route(const network::Route& route) override;
    Status add_rule(const network::Rule& rule) override;
    Status remove_rule(const network::Rule& rule) override;
    Status add_address_label(const network::AddressLabel& label) override;
    Status remove_address_label(const network::AddressLabel& label) override;

private:
    Status change(const std::string& what);
};

class FakeSegment final : public network::Segment {
public:
    std::vector<network::Claim> claims; ///< others on the segment
    std::vector<std::string> announced;
    std::vector<std::string> answering; ///< neighbours that are there
    unsigned probes = 0;
    std::optional<Error> failure;

    Result<std::optional<network::Claim>> probe(const network::Interface& interface,
                                                std::span<const network::IpAddress> addresses,
                                                std::span<const network::LinkAddress> own,
                                                const network::ProbePlan& plan,
                                                const Deadline& deadline) override;
    Status announce(const network::Interface& interface,
                    const network::IpAddress& address) override;
    Result<bool> answers(const network::Interface& interface, const network::IpAddress& address,
                         const network::IpAddress& neighbour, const Deadline& deadline) override;
    Result<std::unique_ptr<network::Listener>>
    listen(const network::Interface& interface, const network::IpAddress& address,
           std::span<const network::LinkAddress> own) override;
};

} // namespace twinsite::testing
