// translator/plain_clusters.h
//
// Clusters of services of which no DestinationRule speaks: most of a large mesh.
// Those of services of one kind differ in nothing but names, so one of each kind
// is built, and the others are it with their names filled in.
//
// Threads  guarded by its owner.
#pragma once

#include <optional>
#include <string>

#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/memo.h"
#include "translator/message_form.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

struct PlainCluster {
  std::string name;
  std::string bytes;  // serialised
  Origins origins;
};

class PlainClusters {
 public:
  // What BuildOutboundCluster() builds for the class, which is always the same.
  // nullopt if there is more to the cluster than names: then that has to be
  // asked.
  std::optional<PlainCluster> Fill(mesh::View& view, const ProxyClass& proxy,
                                   const Destination& destination);

 private:
  MemoCounts counts_;
  Memo<MessageForm> forms_{&counts_};
};

}  // namespace binnacle::translator
