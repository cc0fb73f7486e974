using System.Text.Json;
using Tspm.Protocol;

namespace Tspm.Daemon.Control;

/// <summary>
/// Checks the wait times of a request. This happens before anything is done, because the wait itself comes last.
/// </summary>
internal static class RequestWaits
{
    /// <summary>The limit of settleMs; a readiness probe is the right tool for longer waits.</summary>
    const int LongestSettleMs = 60_000;

    /// <exception cref="RequestException">A wait time is negative or too long.</exception>
    public static void Check(JsonElement parameters)
    {
        Check(parameters, "waitTimeoutMs", most: int.MaxValue);
        Check(parameters, "settleMs", LongestSettleMs);
    }

    static void Check(JsonElement parameters, string member, int most)
    {
        if (!parameters.TryGetProperty(member, out var wait) || wait.ValueKind != JsonValueKind.Number) return;
        if (wait.GetInt32() is var ms && ms >= 0 && ms <= most) return;
        var expected = most == int.MaxValue ? "0 or more" : $"from 0 to {most}";
        throw new RequestException(
            ErrorCode.InvalidParams, $"params.{member} must be {expected}, but is {wait.GetRawText()}",
            new RpcErrorData { Path = $"params.{member}", Expected = expected, Found = wait.GetRawText() });
    }
}
