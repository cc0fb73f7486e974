namespace Tspm.Tests.Direct;

/// <summary>Command lines with which many rows begin.</summary>
internal static class Seeds
{
    /// <summary>The pid of the first child of a played machine.</summary>
    public const string FirstPid = "1001";

    public const string Web = "start 'sleep 100' --name web", Api = "start 'sleep 200' --name api";

    /// <summary>Defined, and not started.</summary>
    public const string Down = "add 'sleep 100' --name web";

    /// <summary>It does not end when it is asked to.</summary>
    public const string Deaf = "start --name deaf --kill-timeout 5s -- sleep " + VerbWorld.Stubborn;
}
