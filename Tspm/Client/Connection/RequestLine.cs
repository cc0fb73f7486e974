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

    /// <exception cref="DaemonException">The line is longer than the daemon accepts.</exception>
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

    /// <summary>A request is usually too large because of the shell's environment.</summary>
    static string TooLarge(object? request, int bytes)
    {
        var environment = OlderDaemon.ContextOf(request)?.Environment ?? new Dictionary<string, string>();
        var environmentSize = environment.Sum(static variable => variable.Key.Length + variable.Value.Length);
        var problem = $"the request is too large: {ByteSize.Format(bytes)}, "
            + $"and the daemon accepts {ByteSize.Format(Framing.MaxRequestBytes)}";
        if (environmentSize < bytes / 2) return $"{problem}; split it into smaller ones";
        return $"{problem}. The environment of this shell alone takes {ByteSize.Format(environmentSize)}; "
            + "remove variables with: env -u NAME tspm …, "
            + "or start with a minimal environment: env -i PATH=\"$PATH\" HOME=\"$HOME\" tspm …";
    }
}
