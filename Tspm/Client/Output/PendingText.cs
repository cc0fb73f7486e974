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
        return $"{what} {verb} effect at the next start: tspm restart {ControlText.Escape(ShellWords.Quote(name))}";
    }
}
