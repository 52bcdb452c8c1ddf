// translator/message_space.h
//
// The memory of one message and all below it. An Envoy message consists of
// dozens of small ones: taken from one piece, they cost next to nothing to make
// and nothing to throw away.
//
// Assigning a message that lives elsewhere copies it, so what is made for a
// message here had better be made in its place.
//
// Threads  belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <memory>

#include "google/protobuf/arena.h"

namespace binnacle::translator {

class MessageSpace {
 public:
  MessageSpace() : arena_(Options(first_)) {}
  MessageSpace(const MessageSpace&) = delete;
  MessageSpace& operator=(const MessageSpace&) = delete;

  // Lives as long as this.
  template <typename Message>
  Message& New() {
    return *google::protobuf::Arena::CreateMessage<Message>(&arena_);
  }

 private:
  static constexpr size_t kFirstSize = 6 << 10;  // enough for most
  static constexpr size_t kLargestBlock = 64 << 10;

  static google::protobuf::ArenaOptions Options(char* first) {
    google::protobuf::ArenaOptions options;
    options.initial_block = first;
    options.initial_block_size = kFirstSize;
    options.start_block_size = kFirstSize;
    options.max_block_size = kLargestBlock;
    return options;
  }

  alignas(std::max_align_t) char first_[kFirstSize];
  google::protobuf::Arena arena_;
};

// Not cleared, unlike what make_unique would give.
inline std::unique_ptr<MessageSpace> NewMessageSpace() {
  return std::make_unique_for_overwrite<MessageSpace>();
}

}  // namespace binnacle::translator
