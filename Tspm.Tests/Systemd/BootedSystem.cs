using System.Security.Cryptography;
using System.Text;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Systemd;

/// <summary>
/// A small Debian with a real systemd, booted in a container with the published executable in it: cases.sh lives one
/// life of a machine there, with a restart in the middle, and says of each case how it went. One boot for all cases.
/// The root file system is made once and kept in the temporary folder, under a name that tells what it was made by.
/// </summary>
internal static class BootedSystem
{
    static readonly TimeSpan LongestMaking = TimeSpan.FromMinutes(6), LongestRun = TimeSpan.FromMinutes(5);

    static readonly Lazy<Task<BootedResults>> Results = new(Run);

    /// <summary>How the case went; skips the test, with the reason, where no system can be booted.</summary>
    public static async Task<string> Case(string name)
    {
        if (!OperatingSystem.IsLinux()) Skip.Test("SKIPPED: systemd is for Linux");
        Tools.RequireRoot();
        Tools.Require("systemd-nspawn");
        Tools.Require("debootstrap");
        var results = await Results.Value;
        if (results.Skipped is { } reason) Skip.Test($"SKIPPED: {reason}");
        return results.Of(name);
    }

    static string Script(string name) => Path.Combine(Repository.Root, "Tspm.Tests", "Systemd", name);

    static async Task<BootedResults> Run()
    {
        var work = Directory.CreateTempSubdirectory("tspm-systemd-").FullName;
        try
        {
            var maker = Script("make-root.sh");
            var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(File.ReadAllText(maker))))[..16];
            var root = Path.Combine(Path.GetTempPath(), $"tspm-test-root-{key}");
            var made = await Execute("/bin/sh", [maker, root], LongestMaking);
            // No network, no mirror: nothing about the product.
            if (made.Code != 0) return new BootedResults
            {
                Skipped = $"a root file system could not be made: {made.Output}",
            };
            await using var box = new TspmBox(CancellationToken.None);
            var newer = await OtherVersion.Newer(box, "newer/tspm");
            var booted = await Execute("/bin/bash", [Script("boot.sh"), root, work, PublishedExecutable.Path, newer],
                LongestRun);
            return BootedResults.Read(Path.Combine(work, "results"), booted.Output);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>
    /// Exit code and what it printed; ended, with all that it started, when it takes too long: the scripts clean up
    /// after themselves then.
    /// </summary>
    static async Task<(int Code, string Output)> Execute(string program, string[] arguments, TimeSpan limit)
    {
        var variables =
            new Dictionary<string, string>
            {
                ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                ["HOME"] = "/root",
                ["LANG"] = "C.UTF-8"
            };
        // A mirror may be reached through one only.
        foreach (var name in new[] { "http_proxy", "https_proxy", "no_proxy" })
            if (Environment.GetEnvironmentVariable(name) is { } proxy) variables[name] = proxy;
        using var process = Programs.Start(program, arguments, variables, Path.GetTempPath());
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var over = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            LiveProcess.Kill(process.Id, LiveProcess.SIGTERM);
            await process.WaitForExitAsync();
            return (1, $"it took longer than {limit.TotalMinutes} minutes");
        }
        return (process.ExitCode, (await output + await errors).Trim());
    }
}
