"""Asks for certificates as an agent does, with a gRPC library of its own."""

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2

_METHOD = "/istio.v1.auth.IstioCertificateService/CreateCertificate"
_FIELD = descriptor_pb2.FieldDescriptorProto


def _messages():
  file = descriptor_pb2.FileDescriptorProto(
      name="certificate_client.proto", package="istio.v1.auth", syntax="proto3",
      dependency=[struct_pb2.DESCRIPTOR.name])
  request = file.message_type.add(name="IstioCertificateRequest")
  request.field.add(name="csr", number=1, type=_FIELD.TYPE_STRING, label=_FIELD.LABEL_OPTIONAL)
  request.field.add(name="validity_duration", number=3, type=_FIELD.TYPE_INT64,
                    label=_FIELD.LABEL_OPTIONAL)
  request.field.add(name="metadata", number=4, type=_FIELD.TYPE_MESSAGE,
                    type_name=".google.protobuf.Struct", label=_FIELD.LABEL_OPTIONAL)
  answer = file.message_type.add(name="IstioCertificateResponse")
  answer.field.add(name="cert_chain", number=1, type=_FIELD.TYPE_STRING,
                   label=_FIELD.LABEL_REPEATED)
  pool = descriptor_pool.Default()
  pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
  return [message_factory.GetMessageClass(pool.FindMessageTypeByName(f"istio.v1.auth.{name}"))
          for name in ("IstioCertificateRequest", "IstioCertificateResponse")]


Request, Answer = _messages()


def new_key():
  return ec.generate_private_key(ec.SECP256R1())


def key_pem(key):
  return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                           serialization.NoEncryption())


def csr(key, name=None):
  """PEM. `name`: asks for this URI, which an authority must not believe."""
  builder = x509.CertificateSigningRequestBuilder().subject_name(
      x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "anybody")] if name else []))
  if name:
    builder = builder.add_extension(
        x509.SubjectAlternativeName([x509.UniformResourceIdentifier(name)]), critical=False)
  return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def uri_of(certificate):
  names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
  return names.get_values_for_type(x509.UniformResourceIdentifier)


class CertificateClient:
  """With a token, or with a certificate and its key, or with neither."""

  def __init__(self, control_plane, token=None, key=None, chain=None, roots=None):
    credentials = grpc.ssl_channel_credentials(
        root_certificates=(roots or control_plane.trust_bundle()).encode(),
        private_key=key and key_pem(key), certificate_chain=chain and "".join(chain).encode())
    self._channel = grpc.secure_channel(control_plane.secure_address, credentials, [
        ("grpc.ssl_target_name_override", "localhost"), ("grpc.use_local_subchannel_pool", 1)])
    self._call = self._channel.unary_unary(_METHOD, request_serializer=Request.SerializeToString,
                                           response_deserializer=Answer.FromString)
    self._metadata = [("authorization", f"Bearer {token}")] if token else []

  def __enter__(self):
    return self

  def __exit__(self, *_):
    self._channel.close()

  def ask(self, request_pem, seconds=0, metadata=None):
    """The chain, as PEM texts; grpc.RpcError when refused."""
    request = Request(csr=request_pem, validity_duration=seconds)
    if metadata:
      request.metadata.update(metadata)
    return list(self._call(request, metadata=self._metadata, timeout=20).cert_chain)
