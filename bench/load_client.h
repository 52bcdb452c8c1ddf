// bench/load_client.h
//
// Many played proxies on many streams, in one thread: a completion queue that
// is turned until what is waited for has happened.
//
// Threads  one; gRPC's own threads only move bytes.
// Errors   a stream that ends by itself is opened again, as Envoy does, and
//          noted in breaks(); bytes that are no response end the program's wait
//          with failure().
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "bench/known_resources.h"
#include "bench/load_proxy.h"
#include "bench/proxy_identity.h"
#include "bench/request_body.h"
#include "grpcpp/channel.h"
#include "grpcpp/completion_queue.h"

namespace binnacle::bench {

struct LoadOptions {
  std::string address;
  bool delta = true;
  int connections = 0;  // that all streams share; 0: one for each
  // Where what the first proxy is sent is written, for bench_stored_bytes; empty: nowhere.
  std::string save;
  IdentityOptions identity;
  // Names of virtual hosts that each proxy asks for; none: they come with routes.
  std::vector<std::string> virtual_hosts;
};

class LoadStream;

class LoadClient {
 public:
  explicit LoadClient(LoadOptions options);
  ~LoadClient();  // ends all streams

  // `count` proxies more come, spread evenly over `within`.
  void Add(int count, absl::Duration within);
  // Every connection is lost; the streams come back, spread over `within`.
  void Reconnect(absl::Duration within);

  // From now on what contains `text` is waited for: see reached().
  void AwaitMark(std::string text);

  // Turns until `done`, which is asked after each event and each 10 ms. False
  // when `deadline` passes first, or on failure().
  bool TurnUntil(const std::function<bool()>& done, absl::Time deadline);

  int size() const { return static_cast<int>(streams_.size()); }
  int complete() const;  // proxies that have everything they ask for
  int open() const;      // streams on which all that was to be said has been sent
  int reached() const;   // proxies that were sent something marked
  uint64_t breaks() const { return breaks_; }
  absl::Time last_response() const { return last_response_; }
  // When each reached() proxy was last sent something marked.
  std::vector<absl::Time> mark_times() const;
  const Received& received() const { return mesh_.received; }
  const absl::Status& failure() const { return failure_; }
  size_t held(XdsType type) const;  // by the first proxy
  size_t distinct() const { return known_.distinct(); }

 private:
  friend class LoadStream;

  std::shared_ptr<grpc::Channel> ChannelFor(int proxy);
  void OpenDue(absl::Time now);
  void Schedule(LoadStream* stream, absl::Time at);
  void Ended(LoadStream* stream);

  const LoadOptions options_;
  KnownResources known_;
  RequestBodies bodies_{known_};
  LoadProxy::Mesh mesh_;
  std::unique_ptr<grpc::CompletionQueue> queue_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;  // where shared
  std::vector<std::unique_ptr<LoadStream>> streams_;
  std::deque<std::pair<absl::Time, LoadStream*>> due_;  // to be opened, in order
  bool closing_ = false;
  uint64_t breaks_ = 0;
  absl::Time last_response_ = absl::InfinitePast();
  absl::Status failure_;
};

}  // namespace binnacle::bench
