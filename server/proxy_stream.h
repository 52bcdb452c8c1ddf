// server/proxy_stream.h
//
// What the rest of the server may do with a connected proxy's stream.
//
// Threads  safe to call from any thread; nothing here blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/support/status.h"
#include "server/offer.h"
#include "server/stream_state.h"
#include "translator/node.h"

namespace binnacle::server {

struct StreamReport {
  std::string node_id;  // empty until the first request
  std::string proxy;    // "pod.namespace"
  std::string cluster;  // cluster id of the node
  std::string peer;
  absl::Time since;
  uint64_t revision = 0;  // aimed at
  // How it has proved who it is ("certificate <serial>", "token <subject>");
  // empty on the plaintext listener.
  std::string credential;
  std::string identity;  // the SPIFFE ID that it proved
  bool asks_for_trust_bundle = false;
  // Version of the trust bundle that it has acknowledged; empty if it holds
  // none, or did not ask for one.
  std::string trust_bundle;
  std::vector<TypeStatus> types;
  std::shared_ptr<const translator::Node> node;  // nullptr until the first request
};

class ProxyStream {
 public:
  virtual ~ProxyStream() = default;

  // A newer snapshot is out. Calls that come before the stream gets to work
  // count as one.
  virtual void Changed() = 0;
  // As Changed(), for streams of the class that has these refusals.
  virtual void RefusalsChanged(const Refusals* refusals) = 0;
  virtual void Close(const grpc::Status& status) = 0;
  virtual StreamReport report() const = 0;
  // Calls `done`, on the translation pool, with what the proxy was last sent.
  virtual void Inspect(ResourceType type, std::function<void(std::vector<ResourcePtr>)> done) = 0;
};

}  // namespace binnacle::server
