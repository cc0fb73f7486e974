using Tspm.Platform.Linux.Cgroups;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// A cgroup of version 2 in which a daemon may make more, told to it by its settings. Needs root; without it, or
/// without such a file system, the test is skipped with the reason.
/// </summary>
internal sealed class CgroupBox : IDisposable
{
    static int s_count;

    public CgroupBox(TspmBox box)
    {
        Tools.RequireRoot();
        var mount = CgroupPlace.MountOfVersion2(File.ReadLines("/proc/self/mountinfo")).Mount;
        Skip.When(mount is null, "no cgroup file system of version 2 is mounted");
        Folder = $"{mount}/tspm-test-{Environment.ProcessId}.{Interlocked.Increment(ref s_count)}";
        try
        {
            Directory.CreateDirectory(Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Skip.Test($"no cgroup can be made here: {e.Message}");
        }
        Directory.CreateDirectory(box.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(box.Home, "settings.json"), $$"""{ "cgroup": "{{Folder}}" }""");
    }

    public string Folder { get; }

    /// <summary>Everything in it that lives.</summary>
    public IEnumerable<int> Members() =>
        Directory.EnumerateFiles(Folder, "cgroup.procs", SearchOption.AllDirectories).SelectMany(File.ReadAllLines)
            .Select(int.Parse);

    public void Dispose()
    {
        // After a test that failed something may live in it; the kernel takes a moment to let go.
        File.WriteAllText(Path.Combine(Folder, "cgroup.kill"), "1");
        SpinWait.SpinUntil(() =>
            File.ReadAllText(Path.Combine(Folder, "cgroup.events")).Contains("populated 0", StringComparison.Ordinal),
                TimeSpan.FromSeconds(10));
        foreach (var folder in Directory.EnumerateDirectories(Folder, "*",
            SearchOption.AllDirectories).OrderByDescending(path => path.Length).Append(Folder)) Directory
                .Delete(folder);
    }
}
