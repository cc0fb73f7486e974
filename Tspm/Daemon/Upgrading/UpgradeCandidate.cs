using System.Text;
using System.Text.Json;
using Tspm.Daemon.Control;
using Tspm.Guardian.Contract;
using Tspm.Model.State;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Daemon.Upgrading;

/// <summary>
/// An executable that has proved, before anything is changed, that it can take over. The file is opened only once, so
/// the file that was tested is the one that will be executed, even if another one gets its name meanwhile.
/// </summary>
internal sealed class UpgradeCandidate : IDisposable
{
    readonly Descriptor _descriptor;

    UpgradeCandidate(Descriptor descriptor, string path, VersionProof proof) =>
        (_descriptor, Path, Proof) = (descriptor, path, proof);

    /// <summary>The descriptor of the file: open for reading, close-on-exec, and closed with this object.</summary>
    public int Number => _descriptor.Number;

    public string Path { get; }

    public VersionProof Proof { get; }

    /// <summary>
    /// Returns the path from which the daemon's own executable was started; another file may be there by now.
    /// </summary>
    public static string OwnPath()
    {
        const string replaced = " (deleted)"; // man 5 proc: /proc/pid/exe of a file that is gone
        var path = new FileInfo(SelfPath.Value).LinkTarget ?? SelfPath.Value;
        return path.EndsWith(replaced, StringComparison.Ordinal) ? path[..^replaced.Length] : path;
    }

    /// <summary>Opens the file and runs it, for a few seconds at most, to see whether it can take over.</summary>
    /// <exception cref="RequestException">The file cannot take over; the message says why.</exception>
    public static UpgradeCandidate Prove(string path)
    {
        using var descriptor = Open(path);
        var proof = ProofOf(descriptor.Number, path);
        return new UpgradeCandidate(descriptor.Move(), path, proof);
    }

    public void Dispose() => _descriptor.Dispose();

    static Descriptor Open(string path)
    {
        if (!path.StartsWith('/')) throw Refused(path, "is not an absolute path");
        using var descriptor = ExecutableFile.Open(path);
        if (!descriptor.IsOpen) throw Refused(path, $"cannot be opened: {Descriptors.LastProblem}");
        return Problem(descriptor.Number, path) is { } problem ? throw Refused(path, problem) : descriptor.Move();
    }

    static string? Problem(int descriptor, string path) =>
        ExecutableFile.KindOf(descriptor, path, out var reason) switch
        {
            ExecutableKind.Elf => null,
            ExecutableKind.Folder => "is a folder; name the executable in it",
            ExecutableKind.NotRegular => "is not a regular file",
            ExecutableKind.NotExecutable => $"cannot be executed: {reason} (chmod +x?)",
            // The guardian executes the file in its own place. With a script it would become an interpreter, which
            // cannot take over the descriptors and processes of the guardian.
            ExecutableKind.NotElf =>
                "is not an executable of this system (a script, perhaps?); give the path of the tspm executable itself",
            _ => $"cannot be examined: {reason}",
        };

    static VersionProof ProofOf(int descriptor, string path)
    {
        var (output, problem) = ProbeRun.Run(descriptor, path, VersionProofWriter.Word);
        if (output is null) throw Refused(path, problem!);
        if (Read(output) is not { } proof)
            throw Refused(path, "did not answer as a tspm executable that can take over");
        var own = VersionProofWriter.Own;
        Check(path, proof, "the state in processes.json", own.ProcessesFormat, proof.ProcessesFormat);
        Check(path, proof, "the records under run/", own.RunRecordFormat, proof.RunRecordFormat);
        Check(path, proof, "what the guardian hands over", own.HandoverFormat, proof.HandoverFormat);
        return proof;
    }

    static VersionProof? Read(string output)
    {
        try
        {
            return JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(output), StorageJson.Compact.VersionProof);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static void Check(string path, VersionProof proof, string what, int present, int readable)
    {
        if (readable < present)
            throw Refused(path,
                $"is tspm {proof.Version} and cannot read {what}: this is format {present}, and that version reads "
                    + $"formats up to {readable}");
    }

    static RequestException Refused(string path, string problem) =>
        new(ErrorCode.Failed, $"not upgraded, nothing was changed: {path} {problem}");
}
