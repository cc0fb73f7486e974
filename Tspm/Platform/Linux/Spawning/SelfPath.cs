namespace Tspm.Platform.Linux.Spawning;

/// <summary>
/// This executable, as a path that exec can always use: the kernel's link to the running image (man 5 proc:
/// /proc/pid/exe). It works after the file was replaced or removed, and it is the same version then: an upgrade happens
/// when it is asked for, not when something crashes.
/// </summary>
internal static class SelfPath
{
    public const string Value = "/proc/self/exe";
}
