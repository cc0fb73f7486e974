using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tspm.Protocol;

// A member with an initial value is `set`, not `init`: the source generator passes every `init` member to the object's
// initialiser, so that one missing in the JSON would become null or false and not what is written here.

/// <summary>A JSON-RPC 2.0 request as it comes off the wire: parameters stay JSON until the method is known.</summary>
internal sealed class RpcRequest
{
    public string Jsonrpc { get; set; } = "2.0";

    /// <summary>A number or a string; absent in a notification.</summary>
    public JsonElement Id { get; init; }

    public string Method { get; set; } = "";

    public JsonElement Params { get; init; }

    /// <summary>Repeating a request with the same key after a lost answer does not do it twice.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>An answer: exactly one of <see cref="Result"/> and <see cref="Error"/>.</summary>
internal sealed class RpcResponse
{
    public string Jsonrpc { get; set; } = "2.0";

    /// <summary>As in the request; null when the request could not be read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public JsonElement Id { get; init; }

    public JsonElement Result { get; init; }

    public RpcError? Error { get; init; }
}

internal sealed class RpcError
{
    public required int Code { get; init; }

    /// <summary>One sentence for people: what is wrong, where, what to do.</summary>
    public required string Message { get; init; }

    public RpcErrorData? Data { get; init; }
}

/// <summary>What a program may want to know of an error.</summary>
internal sealed class RpcErrorData
{
    /// <summary>Path of the offending member, such as <c>params.config.restart.delayMs</c>.</summary>
    public string? Path { get; init; }
    public string? Expected { get; init; }
    public string? Found { get; init; }
    /// <summary>What to do about it.</summary>
    public string? Hint { get; init; }
    /// <summary>Of what came too fast: when it may be asked again. Nothing of it was begun.</summary>
    public int? RetryAfterMs { get; init; }
}

/// <summary>A message without an answer: one item of a stream.</summary>
internal sealed record RpcNotification<T>
{
    public string Jsonrpc { get; set; } = "2.0";
    public required string Method { get; init; }
    public required T Params { get; init; }
}
