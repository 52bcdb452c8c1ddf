// bench/load_stream.h
//
// The ADS stream of one played proxy, as often as it is opened.
//
// Threads  one, the client's.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "bench/load_client.h"
#include "bench/load_proxy.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"

namespace binnacle::bench {

class LoadStream {
 public:
  // What the completion queue gives back.
  struct Tag {
    LoadStream* stream;
    void (LoadStream::*done)(bool ok);
  };

  LoadStream(LoadClient& client, int its_number, std::string node)
      : number(its_number), proxy(std::move(node), client.mesh_), client_(client) {}

  void Open(std::shared_ptr<grpc::Channel> channel);
  void Cancel() {
    if (context_ != nullptr) context_->TryCancel();
  }
  // No event of it can come any more.
  bool closed() const { return pending_ == 0; }
  // All that it had to say was taken by gRPC.
  bool quiet() const { return started_ && !writing_ && to_write_.empty(); }

  void Done(void (LoadStream::*done)(bool), bool ok);

  const int number;
  LoadProxy proxy;
  absl::Time marked = absl::InfinitePast();

 private:
  void Started(bool ok);
  void DoneRead(bool ok);
  void Wrote(bool ok);
  void Finished(bool ok);
  void Say(std::vector<grpc::ByteBuffer> requests);
  void WriteNext();
  void End();
  void* Expect(Tag& tag) {
    ++pending_;
    return &tag;
  }

  LoadClient& client_;
  Tag start_tag_{this, &LoadStream::Started};
  Tag read_tag_{this, &LoadStream::DoneRead};
  Tag write_tag_{this, &LoadStream::Wrote};
  Tag finish_tag_{this, &LoadStream::Finished};

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::ByteBuffer incoming_;
  std::deque<grpc::ByteBuffer> to_write_;
  grpc::Status status_;
  int pending_ = 0;
  bool started_ = false;
  bool writing_ = false;
  bool ending_ = false;
};

}  // namespace binnacle::bench
