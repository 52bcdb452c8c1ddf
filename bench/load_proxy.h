// bench/load_proxy.h
//
// What one played proxy says and holds, without its stream. It behaves as Envoy
// does: clusters first, then the endpoints of those that need them, then
// listeners, then the routes that listeners name, and behind them the virtual
// hosts that requests would make it ask for; all is acknowledged; a new stream
// begins by naming what is held.
//
// Threads  one.
// Errors   Receive(): kInvalidArgument when the bytes are no response.
// Spec     xDS protocol, both variants of ADS.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/known_resources.h"
#include "bench/request_body.h"
#include "grpcpp/support/byte_buffer.h"

namespace binnacle::bench {

// Of all proxies together.
struct Received {
  uint64_t responses = 0;
  uint64_t bytes = 0;
  std::array<uint64_t, kXdsTypes> resources = {};
  uint64_t removed = 0;
  uint64_t held_already = 0;  // of `resources`, in the very version
};

class LoadProxy {
 public:
  // What all share; it outlives them.
  struct Mesh {
    bool delta = true;
    KnownResources& known;
    RequestBodies& bodies;
    Received received;
    uint64_t mark = 0;                         // resources that bear it are waited for
    std::vector<std::string> virtual_hosts{};  // each asks for, if routes come without any
  };

  // `node` is serialised.
  LoadProxy(std::string node, Mesh& mesh) : node_(std::move(node)), mesh_(mesh) {}

  // What a new stream begins with.
  std::vector<grpc::ByteBuffer> Begin();

  struct Answer {
    std::vector<grpc::ByteBuffer> requests;
    bool marked = false;  // there was a resource with the mark
  };
  absl::StatusOr<Answer> Receive(absl::string_view bytes);

  // Everything that it has asked for was answered, and it has asked for all.
  bool complete() const;
  size_t held(XdsType type) const { return types_[type].held_count; }

 private:
  enum class Want : uint8_t { kNo, kAsked, kAnswered };
  struct TypeState {
    bool active = false;                     // asked for
    bool answered = false;                   // at least once
    std::string version;                     // of the last state-of-the-world response
    std::string nonce;                       // likewise, in this stream
    std::vector<const KnownResource*> held;  // by name
    size_t held_count = 0;
    std::vector<uint32_t> uses;  // by name: how often referred to
    std::vector<Want> wants;     // by name, of endpoints and routes
    size_t unanswered = 0;
    std::vector<NameId> touched;  // whose uses have changed in this response

    void Reach(NameId name);
  };

  // The parts of a request that differ.
  struct Words {
    absl::string_view nonce;
    std::vector<NameId> subscribe;
    std::vector<NameId> unsubscribe;
    bool with_versions = false;
  };
  grpc::ByteBuffer Compose(XdsType type, const Words& words);
  std::string Header(XdsType type, absl::string_view nonce);
  std::vector<NameId> Wanted(XdsType type) const;

  bool Take(XdsType type, const ScannedResponse& response);
  bool Hold(XdsType type, const KnownResource& resource);
  void Drop(XdsType type, NameId name);
  void DropAllBut(XdsType type, const std::vector<NameId>& kept);
  void Refer(XdsType type, const KnownResource& resource, int by);
  void Settle(XdsType type, Words& words);
  void FollowReferences(XdsType type, Answer& answer);
  void AskForVirtualHosts(Answer& answer);

  const std::string node_;
  Mesh& mesh_;
  bool introduced_ = false;  // in this stream
  std::array<TypeState, kXdsTypes> types_;
};

}  // namespace binnacle::bench
