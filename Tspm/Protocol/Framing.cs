using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tspm.Protocol;

/// <summary>Writes JSON-RPC 2.0 messages as lines, and defines how long a line may be.</summary>
internal static class Framing
{
    /// <summary>Maximum length of a request line. Answers may be longer.</summary>
    public const int MaxRequestBytes = 1 << 20;

    /// <summary>Maximum length of an answer that a client reads.</summary>
    public const int MaxResponseBytes = 64 << 20;

    /// <summary>The error for a request that is too long.</summary>
    public static readonly RpcError TooLong = new()
    {
        Code = ErrorCode.LimitExceeded,
        Message = "the request is longer than 1 MiB; the connection is closed",
        Data = new RpcErrorData { Expected = "at most 1048576 bytes before the line break" },
    };

    /// <summary>The line of an answer with a result.</summary>
    public static byte[] Result<T>(JsonElement id, T result, JsonTypeInfo<T> type) => Line(writer =>
    {
        WriteId(writer, id);
        writer.WritePropertyName("result");
        JsonSerializer.Serialize(writer, result, type);
    });

    /// <summary>The line of an answer with an error.</summary>
    public static byte[] Error(JsonElement id, RpcError error) => Line(writer =>
    {
        WriteId(writer, id);
        writer.WritePropertyName("error");
        JsonSerializer.Serialize(writer, error, WireJson.Default.RpcError);
    });

    /// <summary>The line of a notification.</summary>
    public static byte[] Notification<T>(string method, T parameters, JsonTypeInfo<RpcNotification<T>> type) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(new RpcNotification<T> { Method = method, Params = parameters }, type),
            (byte)'\n'];

    static byte[] Line(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            members(writer);
            writer.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    static void WriteId(Utf8JsonWriter writer, JsonElement id)
    {
        writer.WritePropertyName("id"u8);
        if (id.ValueKind is JsonValueKind.Number or JsonValueKind.String) id.WriteTo(writer);
        else writer.WriteNullValue();
    }
}
