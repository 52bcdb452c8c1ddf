// tests/server/relay.h
//
// A TCP relay on a free port of loopback for one connection, which can be made
// to fall silent: what either side says then is no longer told to the other, and
// nobody is told that it is so, as when a cable is pulled.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"

namespace binnacle::server {

class Relay {
 public:
  // `target` is "127.0.0.1:port".
  explicit Relay(const std::string& target) : target_(target) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(0);
    socklen_t length = sizeof(address);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
    address_ = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
    thread_ = std::thread([this] { Run(); });
  }
  ~Relay() {
    stopped_ = true;
    thread_.join();
    ::close(listener_);
  }

  const std::string& address() const { return address_; }
  void FallSilent() { silent_ = true; }
  // Read from the target, told or not.
  size_t bytes_from_target() const { return bytes_; }
  bool target_has_closed() const { return closed_; }

 private:
  static sockaddr_in Loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    return address;
  }

  static bool Readable(int socket) {
    pollfd descriptor{socket, POLLIN, 0};
    return ::poll(&descriptor, 1, 1) > 0;
  }

  // False once `from` has closed.
  bool Pass(int from, int to) {
    std::array<char, 65536> buffer{};
    const ssize_t got = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return false;
    if (from == server_ && got > 0) bytes_ += static_cast<size_t>(got);
    for (ssize_t sent = 0; got > 0 && !silent_ && sent < got;) {
      const ssize_t now =
          ::send(to, buffer.data() + sent, static_cast<size_t>(got - sent), MSG_NOSIGNAL);
      if (now <= 0) return false;
      sent += now;
    }
    return true;
  }

  void Run() {
    while (!stopped_ && !Readable(listener_)) {
    }
    if (stopped_) return;
    const int client = ::accept(listener_, nullptr, nullptr);
    server_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int port = 0;
    static_cast<void>(absl::SimpleAtoi(target_.substr(target_.rfind(':') + 1), &port));
    sockaddr_in address = Loopback(port);
    ::connect(server_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    while (!stopped_) {
      if (Readable(client) && !silent_) Pass(client, server_);
      if (Readable(server_) && !Pass(server_, client)) {
        closed_ = true;
        break;
      }
    }
    ::close(client);
    ::close(server_);
  }

  const std::string target_;
  std::string address_;
  int listener_ = -1;
  int server_ = -1;
  std::atomic<bool> silent_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<bool> closed_{false};
  std::atomic<size_t> bytes_{0};
  std::thread thread_;
};

}  // namespace binnacle::server
