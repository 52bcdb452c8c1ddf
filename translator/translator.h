// translator/translator.h
//
// From a Snapshot and a class of proxies to Envoy resources, each made once
// and made again only when something it read has changed.
//
// Threads  safe to call from several threads at once. Calls compute, so they
//          belong on the translation pool, never on a gRPC thread.
// Errors   none: what an object gets wrong was refused before. A resource that
//          cannot be made is absent.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mesh/snapshot.h"
#include "translator/credential_fault.h"
#include "translator/node.h"
#include "translator/proxy_class.h"
#include "translator/resource.h"
#include "translator/resource_set.h"

namespace binnacle::translator {

class Translator {
 public:
  Translator();
  ~Translator();

  // The class that `node` belongs to in `snapshot`; the same pointer for equal
  // classes as long as any holder keeps it.
  std::shared_ptr<const ProxyClass> Classify(const Node& node, const mesh::Snapshot& snapshot);

  // Every resource of the type. For kCluster and kListener (sidecars and
  // gateways): what a wildcard subscription gets. For kEndpoint, kRoute and
  // kSecret: those that the class's clusters and listeners refer to.
  std::shared_ptr<const ResourceSet> All(ResourceType type, const ProxyClass& proxy,
                                         const mesh::Snapshot& snapshot);

  // One resource by name; nullptr if this class has none of that name.
  ResourcePtr Find(ResourceType type, absl::string_view name, const ProxyClass& proxy,
                   const mesh::Snapshot& snapshot);

  // What keeps a class of gateways from secrets that their Gateways name; the
  // same pointer while nothing of it changed.
  std::shared_ptr<const std::vector<CredentialFault>> CredentialFaults(
      const ProxyClass& proxy, const mesh::Snapshot& snapshot);

  struct Counts {
    uint64_t hits = 0;    // resources found unchanged
    uint64_t builds = 0;  // resources (or parts) made
  };
  Counts counts() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace binnacle::translator
