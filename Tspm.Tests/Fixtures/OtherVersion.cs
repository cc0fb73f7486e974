using System.Text;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// Executables to upgrade to: copies of the published one in which a text of the same length stands for another, so
/// that they are of another version, or broken in one place, and everything else of them is real.
/// </summary>
internal static class OtherVersion
{
    public const string Number = "2.0.0-alpha.9";

    /// <summary>The published one says <see cref="Present"/>, this one <see cref="Number"/>.</summary>
    public static Task<string> Newer(TspmBox box, string name) => Changed(box, name, (Present, Number));

    /// <summary>Proves itself, and its guardian takes over; the daemon says that it cannot start.</summary>
    public static Task<string> WhoseDaemonCannotStart(TspmBox box, string name) =>
        Changed(box, name, (Present, Number), ("run/writer.lock", "nil/writer.lock"));

    /// <summary>
    /// Proves itself, and its guardian takes over; what it starts as daemon exits at once, every time.
    /// </summary>
    public static Task<string> WhoseDaemonDies(TspmBox box, string name) =>
        Changed(box, name, (Present, Number), ("/proc/self/exe", "/bin/////false"));

    /// <summary>The same bytes under another name.</summary>
    public static Task<string> Copy(TspmBox box, string name) => Changed(box, name);

    /// <summary>Answers the question for its version with this text; as a guardian it exits at once.</summary>
    public static Task<string> ThatAnswers(TspmBox box, string name, string json) => CProgram.Build(box, name, $$"""
        #include <stdio.h>
        #include <string.h>
        int main(int n, char **a) { if (n == 2 && !strcmp(a[1], "__probe")) { puts({{Quoted(json)}}); return 0; } return 3; }
        """);

    /// <summary>What <see cref="ThatAnswers"/> says, with these formats.</summary>
    public static string Proof(
        int processes = 1, int runRecords = Tspm.Model.State.RunRecord.CurrentFormat,
            int handover = Tspm.Guardian.Contract.HandoverFormat.Current) =>
        $$"""{"version":"{{Number}}","protocolVersion":1,"processesFormat":{{processes}},"runRecordFormat":{{runRecords}},"handoverFormat":{{handover}}}""";

    public static string Present { get; } = Tspm.Protocol.ProductVersion.Current;

    static string Quoted(string text) => "\"" + text.Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    static async Task<string> Changed(TspmBox box, string name, params (string From, string To)[] changes)
    {
        var bytes = File.ReadAllBytes(PublishedExecutable.Path);
        foreach (var (from, to) in changes)
        {
            if (from.Length != to.Length) throw new ArgumentException($"'{to}' is not as long as '{from}'");
            // Literals are UTF-16 in the image, attributes UTF-8.
            if (Replace(bytes, Encoding.Unicode, from, to) + Replace(bytes, Encoding.UTF8, from, to) == 0)
                throw new InvalidOperationException($"'{from}' is not in the executable");
        }
        var path = Path.Combine(box.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Written by another process: a program that some other test is just forking would hold our descriptor for a
        // moment, and a file that is open for writing cannot be executed (ETXTBSY).
        var source = path + ".bytes";
        File.WriteAllBytes(source, bytes);
        (await box.RunProgram("/bin/cp", source, path)).Exits(0);
        File.Delete(source);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    static int Replace(byte[] bytes, Encoding encoding, string from, string to)
    {
        byte[] old = encoding.GetBytes(from), young = encoding.GetBytes(to);
        var count = 0;
        for (var at = 0; bytes.AsSpan(at).IndexOf(old) is >= 0 and var found; at += found + old.Length, count++)
            young.CopyTo(bytes, at + found);
        return count;
    }
}
