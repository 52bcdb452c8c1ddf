// translator/bound_hosts.h
//
// The hosts of a gateway's route configuration, each with the VirtualServices
// that came to it, and those put together that have the same: they share a
// virtual host. A VirtualService for many hosts would otherwise be sent as many
// times.
//
// Threads  belongs to one thread.
// Spec     policy facts, sections 1.1 and 5.1.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "policy/object.h"

namespace binnacle::translator {

// A VirtualService and the gateways through which it came to a host.
struct Binding {
  const policy::Object* virtual_service = nullptr;
  absl::InlinedVector<absl::string_view, 1> gateways;  // "ns/name"

  friend bool operator==(const Binding&, const Binding&) = default;
};

// What a host consists of.
struct HostContent {
  absl::InlinedVector<Binding, 1> bindings;  // the oldest first
  bool require_tls = false;

  friend bool operator==(const HostContent&, const HostContent&) = default;
};

struct HostGroup {
  HostContent content;
  absl::InlinedVector<absl::string_view, 4> hosts;  // in order
};

class BoundHosts {
 public:
  // `virtual_service` came through `gateway` to each of the hosts, which need
  // not have been known. All that is given must outlive this.
  void Bind(absl::Span<const absl::string_view> hosts, const policy::Object& virtual_service,
            absl::string_view gateway);
  // Plaintext requests for them are sent to HTTPS.
  void RequireTls(absl::Span<const absl::string_view> hosts);

  // In the order of their first hosts. Once only.
  std::vector<const HostGroup*> Grouped();

 private:
  // What came last to hosts, and what had come to them before: hosts that have
  // come the same way are at the same step, and grow alike.
  struct Step {
    uint32_t before = 0;
    const policy::Object* virtual_service = nullptr;  // nullptr: TLS is required
    absl::string_view gateway;
  };
  struct Host {
    absl::string_view name;
    uint32_t step = 0;
  };

  void Take(absl::Span<const absl::string_view> hosts, Step step);
  Host& At(absl::string_view name);
  HostContent ContentAt(uint32_t step) const;

  absl::InlinedVector<Step, 4> steps_ = {Step()};  // the first: nothing came
  absl::InlinedVector<Host, 8> hosts_;
  absl::flat_hash_map<absl::string_view, uint32_t> places_;  // in hosts_, once they are many
  std::vector<HostGroup> groups_;
};

}  // namespace binnacle::translator
