#include "bench/load_client.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/time/clock.h"
#include "bench/load_stream.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace binnacle::bench {
namespace {

constexpr absl::Duration kTurn = absl::Milliseconds(10);
constexpr absl::Duration kComeBack = absl::Milliseconds(200);

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // Channels to one address share a connection otherwise.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

LoadClient::LoadClient(LoadOptions options)
    : options_(std::move(options)),
      mesh_{options_.delta, known_, bodies_, {}, 0, options_.virtual_hosts},
      queue_(std::make_unique<grpc::CompletionQueue>()) {}

LoadClient::~LoadClient() {
  closing_ = true;
  due_.clear();
  for (const auto& stream : streams_) stream->Cancel();
  failure_ = absl::OkStatus();
  TurnUntil([&] { return absl::c_all_of(streams_, [](const auto& s) { return s->closed(); }); },
            absl::Now() + absl::Seconds(20));
  streams_.clear();
  queue_->Shutdown();
  void* tag = nullptr;
  for (bool ok = false; queue_->Next(&tag, &ok);) {
  }
}

std::shared_ptr<grpc::Channel> LoadClient::ChannelFor(int proxy) {
  if (options_.connections <= 0) return Connect(options_.address);
  const size_t count = static_cast<size_t>(options_.connections);
  if (channels_.size() < count) channels_.resize(count);
  auto& channel = channels_[static_cast<size_t>(proxy) % count];
  if (channel == nullptr) channel = Connect(options_.address);
  return channel;
}

void LoadClient::Schedule(LoadStream* stream, absl::Time at) {
  const auto after = absl::c_upper_bound(
      due_, at, [](absl::Time time, const auto& entry) { return time < entry.first; });
  due_.insert(after, {at, stream});
}

void LoadClient::Add(int count, absl::Duration within) {
  const absl::Time now = absl::Now();
  for (int i = 0; i < count; ++i) {
    const int number = size();
    streams_.push_back(std::make_unique<LoadStream>(
        *this, number, IdentityOf(number, options_.identity).SerializeAsString()));
    Schedule(streams_.back().get(), now + within * i / count);
  }
  OpenDue(now);
}

void LoadClient::OpenDue(absl::Time now) {
  while (!due_.empty() && due_.front().first <= now) {
    LoadStream* stream = due_.front().second;
    due_.pop_front();
    stream->Open(ChannelFor(stream->number));
  }
}

void LoadClient::Reconnect(absl::Duration within) {
  closing_ = true;  // what ends now is not to be opened again by itself
  for (const auto& stream : streams_) stream->Cancel();
  TurnUntil([&] { return absl::c_all_of(streams_, [](const auto& s) { return s->closed(); }); },
            absl::Now() + absl::Seconds(60));
  closing_ = false;
  channels_.clear();
  due_.clear();
  const absl::Time now = absl::Now();
  for (const auto& stream : streams_)
    Schedule(stream.get(), now + within * stream->number / size());
}

void LoadClient::Ended(LoadStream* stream) {
  if (closing_) return;
  ++breaks_;
  Schedule(stream, absl::Now() + kComeBack);
}

void LoadClient::AwaitMark(std::string text) {
  mesh_.mark = known_.Mark(std::move(text));
  for (const auto& stream : streams_) stream->marked = absl::InfinitePast();
}

bool LoadClient::TurnUntil(const std::function<bool()>& done, absl::Time deadline) {
  while (!done()) {
    const absl::Time now = absl::Now();
    if (now >= deadline || !failure_.ok()) return false;
    OpenDue(now);
    absl::Time until = std::min(deadline, now + kTurn);
    if (!due_.empty()) until = std::min(until, due_.front().first);
    void* got = nullptr;
    bool ok = false;
    // What is there is taken in one go: asking `done` may cost more than an event.
    for (int events = 0; events < 64; ++events) {
      const auto status = queue_->AsyncNext(&got, &ok, absl::ToChronoTime(until));
      if (status != grpc::CompletionQueue::GOT_EVENT) break;
      auto* tag = static_cast<LoadStream::Tag*>(got);
      tag->stream->Done(tag->done, ok);
      until = absl::Now();
    }
  }
  return true;
}

int LoadClient::complete() const {
  return static_cast<int>(
      absl::c_count_if(streams_, [](const auto& s) { return s->proxy.complete(); }));
}

int LoadClient::open() const {
  return static_cast<int>(absl::c_count_if(streams_, [](const auto& s) { return s->quiet(); }));
}

int LoadClient::reached() const { return static_cast<int>(mark_times().size()); }

std::vector<absl::Time> LoadClient::mark_times() const {
  std::vector<absl::Time> times;
  for (const auto& stream : streams_) {
    if (stream->marked != absl::InfinitePast()) times.push_back(stream->marked);
  }
  return times;
}

size_t LoadClient::held(XdsType type) const {
  return streams_.empty() ? 0 : streams_.front()->proxy.held(type);
}

}  // namespace binnacle::bench
