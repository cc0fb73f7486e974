using System.Diagnostics;
using System.Text;

namespace Tspm.Tests.Config;

/// <summary>What /bin/sh makes of words: the judge of our own reading.</summary>
internal static class RealShell
{
    public static async Task<IReadOnlyList<string>> WordsAsync(string words, CancellationToken cancellation)
    {
        using var shell = new Process();
        shell.StartInfo = new ProcessStartInfo("/bin/sh", ["-c", $"printf '%s\\0' {words}"])
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        shell.Start();
        var output = await shell.StandardOutput.ReadToEndAsync(cancellation);
        await shell.WaitForExitAsync(cancellation);
        return output.Length == 0 ? [] : output[..^1].Split('\0');
    }
}
