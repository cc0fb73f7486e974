using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tspm.Json;
using Tspm.Protocol;
using Tspm.Text;

namespace Tspm.Client.Connection;

/// <summary>Writes a request as the line of JSON that the daemon reads.</summary>
internal static class RequestLine
{
    static readonly JsonWriterOptions Options = new() { Encoder = MinimalJsonEncoder.Instance };

    /// <exception cref="DaemonException">The daemon would not take a line of this length.</exception>
    public static ReadOnlySpan<byte> Write<TRequest>(
        long id, string method, TRequest request, JsonTypeInfo<TRequest> type, string? idempotencyKey)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteNumber("id"u8, id);
            json.WriteString("method"u8, method);
            json.WritePropertyName("params"u8);
            JsonSerializer.Serialize(json, request, type);
            if (idempotencyKey is not null) json.WriteString("idempotencyKey"u8, idempotencyKey);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        if (buffer.WrittenCount > Framing.MaxRequestBytes + 1)
            throw new DaemonException(ErrorCode.Failed, TooLarge(request, buffer.WrittenCount));
        return buffer.WrittenSpan;
    }

    /// <summary>Mostly it is the environment of the shell that makes a request large.</summary>
    static string TooLarge(object? request, int bytes)
    {
        var environment = OlderDaemon.ContextOf(request)?.Environment ?? new Dictionary<string, string>();
        var ofShell = environment.Sum(static variable => variable.Key.Length + variable.Value.Length);
        var what = $"the request has {ByteSize.Format(bytes)}, "
            + $"and the daemon takes {ByteSize.Format(Framing.MaxRequestBytes)}";
        if (ofShell < bytes / 2) return $"{what}; split it";
        return $"{what}: the environment of this shell alone has {ByteSize.Format(ofShell)}. "
            + "Leave out what is not needed: env -u NAME tspm …, "
            + "or begin with little: env -i PATH=\"$PATH\" HOME=\"$HOME\" tspm …";
    }
}
