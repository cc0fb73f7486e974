using Tspm.Text;

namespace Tspm.Model.Config;

/// <summary>A condition that must be met before a process is started.</summary>
internal sealed record Dependency
{
    /// <summary>The other process has a running child.</summary>
    public const string Started = "started";

    /// <summary>The other process is online: it runs and, if it has a probe, is ready. The default.</summary>
    public const string Ready = "ready";

    /// <summary>The other process ended on its own with exit code 0.</summary>
    public const string Completed = "completed";

    /// <summary>The name of a defined process.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// One of <see cref="Started"/>, <see cref="Ready"/> and <see cref="Completed"/>; null means ready.
    /// </summary>
    public string? Condition { get; init; }

    /// <summary>Whether the text is a condition or null, which means the default.</summary>
    public static bool IsCondition(string? text) => text is null or Started or Ready or Completed;

    /// <summary>Reads NAME or NAME:CONDITION. A name may itself contain a colon.</summary>
    public static Dependency Parse(string text) =>
        text.LastIndexOf(':') is > 0 and var colon && IsCondition(text[(colon + 1)..])
            ? new Dependency { Name = text[..colon], Condition = text[(colon + 1)..] } : new Dependency { Name = text };

    /// <summary>
    /// "; did you mean 'ready'?" if the text after the last colon looks like a misspelt condition, else an empty text.
    /// </summary>
    public static string MisspeltConditionHint(string text) =>
        text.LastIndexOf(':') is > 0 and var colon && !IsCondition(text[(colon + 1)..])
        ? NearestName.Question(text[(colon + 1)..], [Started, Ready, Completed]) : "";
}
