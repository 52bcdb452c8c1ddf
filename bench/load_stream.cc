#include "bench/load_stream.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "bench/stored_response.h"
#include "grpcpp/support/slice.h"

namespace binnacle::bench {
namespace {

constexpr char kService[] = "/envoy.service.discovery.v3.AggregatedDiscoveryService/";

std::string Method(bool delta) {
  return std::string(kService) + (delta ? "DeltaAggregatedResources" : "StreamAggregatedResources");
}

}  // namespace

void LoadStream::Open(std::shared_ptr<grpc::Channel> channel) {
  call_.reset();
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_wait_for_ready(true);
  channel_ = std::move(channel);
  to_write_.clear();
  started_ = writing_ = ending_ = false;
  grpc::GenericStub stub(channel_);
  call_ = stub.PrepareCall(context_.get(), Method(client_.options_.delta), client_.queue_.get());
  call_->StartCall(Expect(start_tag_));
}

void LoadStream::Done(void (LoadStream::*done)(bool), bool ok) {
  --pending_;
  (this->*done)(ok);
  if (!closed() || !ending_) return;
  call_.reset();
  context_.reset();  // and with them the connection, if nobody else has it
  client_.Ended(this);
}

void LoadStream::Started(bool ok) {
  if (!ok) return End();
  started_ = true;
  call_->Read(&incoming_, Expect(read_tag_));
  Say(proxy.Begin());
}

void LoadStream::Say(std::vector<grpc::ByteBuffer> requests) {
  for (grpc::ByteBuffer& request : requests) to_write_.push_back(std::move(request));
  WriteNext();
}

void LoadStream::WriteNext() {
  if (writing_ || ending_ || to_write_.empty()) return;
  writing_ = true;
  call_->Write(to_write_.front(), Expect(write_tag_));
}

void LoadStream::Wrote(bool ok) {
  writing_ = false;
  to_write_.pop_front();
  if (!ok) return End();
  WriteNext();
}

void LoadStream::DoneRead(bool ok) {
  if (!ok) return End();
  grpc::Slice whole;
  incoming_.DumpToSingleSlice(&whole);
  incoming_.Clear();
  const absl::string_view bytes(reinterpret_cast<const char*>(whole.begin()), whole.size());
  if (number == 0 && !client_.options_.save.empty()) AppendStored(client_.options_.save, bytes);
  auto answer = proxy.Receive(bytes);
  if (!answer.ok()) {
    client_.failure_ = answer.status();
    return Cancel();
  }
  client_.last_response_ = absl::Now();
  if (answer->marked) marked = client_.last_response_;
  call_->Read(&incoming_, Expect(read_tag_));
  Say(std::move(answer->requests));
}

void LoadStream::End() {
  started_ = false;
  if (!std::exchange(ending_, true)) call_->Finish(&status_, Expect(finish_tag_));
}

void LoadStream::Finished(bool /*ok*/) { channel_.reset(); }

}  // namespace binnacle::bench
