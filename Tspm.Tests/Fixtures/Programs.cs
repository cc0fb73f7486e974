using System.Diagnostics;
using System.Text;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// Runs a program to its end: output as bytes, a time limit, an environment that is exactly the given one.
/// </summary>
internal static class Programs
{
    /// <summary>
    /// No command of the suite takes nearly as long on its own; the test's own time limit comes on top.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    public static async Task<Ran> Run(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string folder,
            CancellationToken cancellation, string? input = null, TimeSpan? longest = null)
    {
        var line = $"{Path.GetFileName(program)} {string.Join(' ', arguments)}";
        using var process = Start(program, arguments, environment, folder);
        var output = ReadAll(process.StandardOutput.BaseStream);
        var errors = ReadAll(process.StandardError.BaseStream);
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(longest ?? Longest);
        try
        {
            // To the end of the pipes: a daemon that inherited them would keep them open, and be found by that.
            await Task.WhenAll(output, errors, process.WaitForExitAsync(limit.Token)).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            var ended = process.HasExited ? "ended, but its output is still held open by somebody" : "did not end";
            process.Kill();
            throw new TimeoutException($"{line} {ended}");
        }
        return new Ran(line, process.ExitCode, await output, Encoding.UTF8.GetString(await errors));
    }

    public static Process Start(string program,
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string folder)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment.Clear();
        foreach (var (key, value) in environment) info.Environment[key] = value;
        return Process.Start(info)!;
    }

    static async Task<byte[]> ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
