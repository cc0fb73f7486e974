using Tspm.Text;

namespace Tspm.Model.Config;

/// <summary>What a process waits for before it is started.</summary>
internal sealed record Dependency
{
    /// <summary>Its child runs.</summary>
    public const string Started = "started";

    /// <summary>It is online: it runs and, with a probe, is ready. The default.</summary>
    public const string Ready = "ready";

    /// <summary>It ended by itself with code 0.</summary>
    public const string Completed = "completed";

    /// <summary>Of a process that is defined.</summary>
    public required string Name { get; init; }

    public string? Condition { get; init; }

    public static bool IsCondition(string? text) => text is null or Started or Ready or Completed;

    /// <summary>NAME or NAME:CONDITION; a name may have a colon of its own.</summary>
    public static Dependency Parse(string text) =>
        text.LastIndexOf(':') is > 0 and var colon && IsCondition(text[(colon + 1)..])
            ? new Dependency { Name = text[..colon], Condition = text[(colon + 1)..] } : new Dependency { Name = text };

    /// <summary>What follows the last colon looks like a misspelt condition: which one, as a question; empty: it does
    /// not.</summary>
    public static string Misspelt(string text) =>
        text.LastIndexOf(':') is > 0 and var colon && !IsCondition(text[(colon + 1)..])
        ? NearestName.Question(text[(colon + 1)..], [Started, Ready, Completed]) : "";
}
