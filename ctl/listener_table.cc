#include "ctl/listener_table.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ctl/cluster_words.h"
#include "ctl/json_field.h"
#include "ctl/route_table.h"

namespace binnacle::ctl {
namespace {

std::vector<std::string> Strings(const Json& list) {
  std::vector<std::string> strings;
  for (const Json& item : list) {
    if (item.is_string()) strings.push_back(item.get<std::string>());
  }
  return strings;
}

// "10.0.0.1", "10.0.0.0/8"
std::vector<std::string> Ranges(const Json& list) {
  std::vector<std::string> ranges;
  for (const Json& item : list) {
    const std::string address = Text(item, "address_prefix");
    const std::string length = Text(item, "prefix_len");
    const bool whole = length == (absl::StrContains(address, ':') ? "128" : "32");
    ranges.push_back(whole ? address : absl::StrCat(address, "/", length.empty() ? "0" : length));
  }
  return ranges;
}

void AddWords(absl::string_view title, const std::vector<std::string>& words,
              std::vector<std::string>& parts) {
  if (!words.empty()) parts.push_back(absl::StrCat(title, absl::StrJoin(words, ",")));
}

std::string MatchOf(const Json& match) {
  std::vector<std::string> parts;
  AddWords("port ", {Text(match, "destination_port")}, parts);
  if (parts.back() == "port ") parts.clear();
  AddWords("to ", Ranges(Field(match, "prefix_ranges")), parts);
  AddWords("from ", Ranges(Field(match, "source_prefix_ranges")), parts);
  AddWords("SNI ", Strings(Field(match, "server_names")), parts);
  const std::string transport = Text(match, "transport_protocol");
  if (transport == "tls") parts.emplace_back("TLS");
  if (transport == "raw_buffer") parts.emplace_back("plaintext");
  AddWords("ALPN ", Strings(Field(match, "application_protocols")), parts);
  return parts.empty() ? "all" : absl::StrJoin(parts, "; ");
}

// The clusters to which an inline route configuration leads.
std::string InlineRoute(const Json& route_config) {
  std::set<std::string> destinations;
  for (const Json& host : Field(route_config, "virtual_hosts")) {
    for (const Json& route : Field(host, "routes")) destinations.insert(RouteDestination(route));
  }
  return absl::StrCat("inline route to ", absl::StrJoin(destinations, ", "));
}

std::string HttpDestination(const Json& manager) {
  const std::string route = Text(manager, "rds.route_config_name");
  if (!route.empty()) return absl::StrCat("route ", route);
  const Json& route_config = Field(manager, "route_config");
  return route_config.is_null() ? "HTTP" : InlineRoute(route_config);
}

std::string TcpDestination(const Json& proxy) {
  const std::string cluster = Text(proxy, "cluster");
  if (!cluster.empty()) return absl::StrCat("cluster ", SpeakableCluster(cluster));
  std::vector<std::string> parts;
  for (const Json& each : Field(proxy, "weighted_clusters.clusters")) {
    parts.push_back(
        absl::StrCat(SpeakableCluster(Text(each, "name")), " (weight ", Text(each, "weight"), ")"));
  }
  return absl::StrCat("clusters ", absl::StrJoin(parts, ", "));
}

// Where the chain's last filter leads.
std::string DestinationOf(const Json& chain) {
  std::string destination;
  for (const Json& filter : Field(chain, "filters")) {
    const Json& config = Field(filter, "typed_config");
    const std::string type = Text(config, "@type");
    if (absl::EndsWith(type, ".HttpConnectionManager")) {
      destination = HttpDestination(config);
    } else if (absl::EndsWith(type, ".TcpProxy")) {
      destination = TcpDestination(config);
    } else if (destination.empty()) {
      destination = absl::StrCat("filter ", Text(filter, "name"));
    }
  }
  return destination;
}

void AddChains(const Json& listener, const std::string& address, const std::string& port,
               Table& table) {
  size_t rows = 0;
  for (const Json& chain : Field(listener, "filter_chains")) {
    table.AddRow(
        {address, port, MatchOf(Field(chain, "filter_chain_match")), DestinationOf(chain)});
    ++rows;
  }
  const Json& otherwise = Field(listener, "default_filter_chain");
  if (otherwise.is_null()) return;
  table.AddRow({address, port, rows == 0 ? "all" : "all else", DestinationOf(otherwise)});
}

}  // namespace

bool IsWantedListener(const Json& listener, const ResourceFilter& filter) {
  const Json& socket = Field(listener, "address.socket_address");
  return (filter.name.empty() || filter.name == Text(listener, "name")) &&
         (filter.address.empty() || filter.address == Text(socket, "address")) &&
         (filter.port.empty() || filter.port == Text(socket, "port_value"));
}

Table ListenerTable(const Json& listeners) {
  Table table({"ADDRESS", "PORT", "MATCH", "DESTINATION"});
  for (const Json& listener : listeners) {
    const Json& socket = Field(listener, "address.socket_address");
    const Json& api = Field(listener, "api_listener.api_listener");
    if (!api.is_null()) {
      table.AddRow({Text(listener, "name"), "", "proxyless gRPC", HttpDestination(api)});
    } else {
      AddChains(listener, Text(socket, "address"), Text(socket, "port_value"), table);
    }
  }
  return table;
}

}  // namespace binnacle::ctl
