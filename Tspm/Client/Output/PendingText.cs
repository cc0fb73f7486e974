using Tspm.Client.Terminal;
using Tspm.Text;

namespace Tspm.Client.Output;

/// <summary>Says which fields of a changed config take effect at the next start.</summary>
internal static class PendingText
{
    /// <summary>"env.PORT takes effect at the next start: tspm restart web".</summary>
    public static string Describe(IReadOnlyList<string> fields, string name)
    {
        var what = fields.Count == 0 ? "the change" : ControlText.Escape(string.Join(", ", fields));
        var verb = fields.Count <= 1 ? "takes" : "take";
        return $"{what} {verb} effect at the next start: {Restart(name)}";
    }

    /// <summary>
    /// The same after a change, which is named first: "umask takes effect at the next start, and so does an earlier
    /// change (env.PORT): tspm restart web".
    /// </summary>
    /// <param name="changed">The fields of this change.</param>
    /// <param name="fields">All fields that take effect at the next start; not empty.</param>
    /// <param name="name">The process.</param>
    public static string AfterChange(IReadOnlyList<string> changed, IReadOnlyList<string> fields, string name)
    {
        List<string> own = [.. fields.Where(IsOwn)], earlier = [.. fields.Where(field => !IsOwn(field))];
        if (earlier.Count == 0) return Describe(own, name);
        var others = $"({ControlText.Escape(string.Join(", ", earlier))})";
        var isOne = earlier.Count == 1;
        if (own.Count == 0)
            return isOne
                ? $"an earlier change {others} takes effect at the next start: {Restart(name)}"
                : $"earlier changes {others} take effect at the next start: {Restart(name)}";
        var verb = own.Count == 1 ? "takes" : "take";
        var so = isOne ? "so does an earlier change" : "so do earlier changes";
        return $"{ControlText.Escape(string.Join(", ", own))} {verb} effect at the next start, and {so} {others}: "
            + Restart(name);

        bool IsOwn(string field) => changed.Any(key => key == field || IsPart(key, field) || IsPart(field, key));
    }

    /// <summary>Whether one field is below the other: <c>health.tcp</c> below <c>health</c>.</summary>
    static bool IsPart(string field, string below) => below.StartsWith(field + ".", StringComparison.Ordinal);

    static string Restart(string name) => $"tspm restart {ControlText.Escape(ShellWords.Quote(name))}";
}
