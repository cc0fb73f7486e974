namespace Tspm.Supervision.Hooks;

/// <summary>The names of the hooks, and how what they start is known again.</summary>
internal static class HookMark
{
    public const string PreStart =
        "preStart", PostStop = "postStop", OnCrash = "onCrash", OnErrored = "onErrored", OnOnline = "onOnline";

    /// <summary>In the environment of a hook: its name.</summary>
    public const string Variable = "TSPM_HOOK";

    /// <summary>
    /// In the environment of a hook: whose daemon runs it, so that a <c>tspm</c> in it speaks to that one.
    /// </summary>
    public const string HomeVariable = "TSPM_HOME";
}
