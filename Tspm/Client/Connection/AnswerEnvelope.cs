using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tspm.Client.Connection;

/// <summary>
/// One line from the daemon. Its parts are located but not yet deserialized, so nothing is copied or parsed twice.
/// </summary>
internal readonly struct AnswerEnvelope
{
    readonly ReadOnlyMemory<byte> _result, _params, _error;
    readonly long? _id;

    AnswerEnvelope(long? id, string? method,
        ReadOnlyMemory<byte> result, ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> error) =>
        (_id, Method, _result, _params, _error) = (id, method, result, parameters, error);

    /// <summary>The method of a notification; null for an answer.</summary>
    public string? Method { get; }

    /// <summary>
    /// Whether this is the answer to the request, or an error without an id: the daemon could not read the request.
    /// </summary>
    public bool IsFor(long id) => Method is null && (_id == id || (_id is null && _error.Length > 0));

    /// <exception cref="DaemonException">The line is not an answer.</exception>
    public static AnswerEnvelope Parse(ReadOnlyMemory<byte> line)
    {
        long? id = null;
        string? method = null;
        ReadOnlyMemory<byte> result = default, parameters = default, error = default;
        try
        {
            var reader = new Utf8JsonReader(line.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Garbage(line);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("id"u8))
                    id = reader.Read() && reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : null;
                else if (reader.ValueTextEquals("method"u8)) method = reader.Read() ? reader.GetString() : null;
                else if (reader.ValueTextEquals("result"u8)) result = Value(ref reader, line);
                else if (reader.ValueTextEquals("params"u8)) parameters = Value(ref reader, line);
                else if (reader.ValueTextEquals("error"u8)) error = Value(ref reader, line);
                else reader.Skip();
            }
        }
        catch (Exception bad) when (bad is JsonException or InvalidOperationException or FormatException)
        {
            throw Garbage(line);
        }
        if (method is null && result.IsEmpty && error.IsEmpty) throw Garbage(line);
        return new AnswerEnvelope(id, method, result, parameters, error);
    }

    public T Read<T>(JsonTypeInfo<T> type)
    {
        if (_error.Length > 0) throw Failure();
        return Deserialize(_result, type);
    }

    public T ReadParams<T>(JsonTypeInfo<T> type) => Deserialize(_params, type);

    static ReadOnlyMemory<byte> Value(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return default;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return line[start..(int)reader.BytesConsumed];
    }

    DaemonException Failure()
    {
        var error = Deserialize(_error, Wire.Json.RpcError);
        var hint = error.Data?.Hint is { Length: > 0 } said && !error.Message.Contains(said, StringComparison.Ordinal)
            ? $"; {said}"
            : "";
        return new DaemonException(error.Code, error.Message + hint, error.Data);
    }

    static T Deserialize<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            if (JsonSerializer.Deserialize(json.Span, type) is { } value) return value;
        }
        catch (JsonException)
        {
            // Reported below: the parser's message does not help a user.
        }
        throw new DaemonException(LocalError.BadAnswer,
            "the daemon's answer is not valid; daemon and client may have different versions: compare with "
                + "'tspm version' and restart the older one ('tspm daemon restart')");
    }

    static DaemonException Garbage(ReadOnlyMemory<byte> line) =>
        new(LocalError.BadAnswer,
            $"the answer is not JSON-RPC ({line.Length} bytes); another program may be listening on the socket in the "
                + "home folder");
}
