namespace Tspm.Supervision.Hooks;

/// <summary>Hook names, and the environment variables by which processes started by a hook are recognised.</summary>
internal static class HookNames
{
    public const string PreStart =
        "preStart", PostStop = "postStop", OnCrash = "onCrash", OnErrored = "onErrored", OnOnline = "onOnline";

    /// <summary>Set in the environment of a hook to the hook's name.</summary>
    public const string Variable = "TSPM_HOOK";

    /// <summary>
    /// Set in the environment of a hook to its daemon's home, so that a <c>tspm</c> command in the hook talks to that
    /// daemon.
    /// </summary>
    public const string HomeVariable = "TSPM_HOME";
}
