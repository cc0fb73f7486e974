using System.Text.Json;
using Tspm.Json;
using Tspm.Model.Selecting;
using Tspm.Text;

namespace Tspm.Protocol;

/// <summary>
/// Limits on selectors and search patterns in a request, independent of its method. They are checked on the JSON before
/// anything else is done with it, so that a request that exceeds them costs next to nothing.
/// </summary>
internal static class RequestLimits
{
    static readonly string[] Patterns = ["selector", "grep"];

    /// <summary>Checks the parameters of a request.</summary>
    /// <param name="details">The problem for programs; null if there is none.</param>
    /// <returns>Null if the request is within the limits, else a sentence that names the field and the limit.</returns>
    public static string? Problem(JsonElement parameters, out RpcErrorData? details)
    {
        details = null;
        if (parameters.ValueKind != JsonValueKind.Object) return null;
        if (parameters.TryGetProperty("selectors", out var selectors) && selectors.ValueKind == JsonValueKind.Array)
        {
            if (selectors.GetArrayLength() is var count and > SelectorMatcher.MaxSelectors)
                return TooMany(count, out details);
            var index = 0;
            foreach (var selector in selectors.EnumerateArray())
                if (TooLong($"selectors[{index++}]", selector, out details) is { } problem) return problem;
        }
        foreach (var name in Patterns)
        {
            if (!parameters.TryGetProperty(name, out var pattern)) continue;
            if (TooLong(name, pattern, out details) is { } problem) return problem;
        }
        return null;
    }

    static string TooMany(int count, out RpcErrorData details)
    {
        details = new RpcErrorData
        {
            Path = "params.selectors",
            Expected = $"at most {SelectorMatcher.MaxSelectors} selectors",
            Found = $"{count}",
        };
        return $"the request has {count} selectors; at most {SelectorMatcher.MaxSelectors} are allowed";
    }

    static string? TooLong(string field, JsonElement text, out RpcErrorData? details)
    {
        details = null;
        if (text.ValueKind != JsonValueKind.String || !JsonTypes.TryText(text, out var pattern)) return null;
        if (TimedRegex.LengthProblem(pattern) is not { } problem) return null;
        details = new RpcErrorData
        {
            Path = $"params.{field}",
            Expected = $"at most {ByteSize.Format(TimedRegex.MaxBytes)}",
            Found = TimedRegex.Shown(pattern),
        };
        return $"{field} {problem}";
    }
}
