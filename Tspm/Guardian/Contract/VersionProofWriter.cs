using System.Text.Json;
using Tspm.Libc;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Guardian.Contract;

/// <summary>
/// The hidden mode <c>tspm __probe</c>: prints which version this is and which formats it reads. It uses no home and no
/// daemon.
/// </summary>
internal static unsafe class VersionProofWriter
{
    public const string Word = "__probe";

    public static VersionProof Own => new()
    {
        Version = ProductVersion.Current,
        ProtocolVersion = ProtocolVersion.Current,
        ProcessesFormat = ProcessesFile.CurrentFormat,
        RunRecordFormat = RunRecord.CurrentFormat,
        HandoverFormat = HandoverFormat.Current,
    };

    public static int Run()
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(Own, StorageJson.Compact.VersionProof), (byte)'\n'];
        fixed (byte* start = line)
            return Unistd.write(Unistd.STDOUT_FILENO, start, (nuint)line.Length) == line.Length ? 0 : 1;
    }
}
