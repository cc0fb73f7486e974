using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Logs;

/// <summary>A file system of 64 KiB in memory, where this user may mount one.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Ends the test as skipped, saying why, where nothing may be mounted.</summary>
    public static async Task<SmallDisk> Mount(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("tspm-disk-").FullName;
        var mounted = await Run("mount", cancellation, "-t", "tmpfs", "-o", "size=64k,mode=0777", "tspm-test", folder);
        if (mounted.ExitCode == 0) return new SmallDisk(folder);
        Directory.Delete(folder);
        Skip.Test($"no small file system can be mounted here: {mounted.Err.Trim()}");
        throw new InvalidOperationException("not reached");
    }

    public async ValueTask DisposeAsync()
    {
        // Lazily: a descriptor of a pump that just ended must not fail the test.
        await Run("umount", CancellationToken.None, "-l", Folder);
        Directory.Delete(Folder);
    }

    static Task<Ran> Run(string program, CancellationToken cancellation, params string[] arguments) =>
        Programs.Run(program, arguments, new Dictionary<string, string> { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" },
            "/", cancellation);
}
