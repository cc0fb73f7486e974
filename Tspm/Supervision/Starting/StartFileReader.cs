using Tspm.Config;
using Tspm.Config.Validation;

namespace Tspm.Supervision.Starting;

/// <summary>
/// The reader with a thread for each reading: the threads of the pool are for answers, and a network mount that does
/// not answer would take one after the other of them. Such a reading ends with the daemon, and nobody waits for it.
/// </summary>
internal sealed class StartFileReader : IStartFileReader
{
    const int StackBytes = 256 * 1024;

    public string? LookUp(NeededScript script) => script.LookUp();

    public void Read(StartFilesRequest request, Action<StartFiles> done)
    {
        try
        {
            new Thread(() => done(ReadNow(request)), StackBytes) { IsBackground = true, Name = "start files" }.Start();
        }
        catch (OutOfMemoryException)
        {
            // The system has no thread to give. The pool has some, and more than the one that must not wait.
            ThreadPool.QueueUserWorkItem(_ => done(ReadNow(request)));
        }
    }

    /// <summary>The same on the caller's own thread.</summary>
    public static StartFiles ReadNow(StartFilesRequest request) => new(request)
    {
        EnvFile = request.EnvFile is { } path ? TextOf(path) : null,
        MissingScript = request.Script?.LookUp(),
    };

    static EnvFileText TextOf(string path)
    {
        try
        {
            return EnvFileText.Read(path);
        }
        catch (Exception e)
        {
            // Whatever it is (a bug, no memory): on a thread of its own it would end the daemon.
            return new EnvFileText(path, null, $"the env file {path} cannot be read: {e.Message}");
        }
    }
}
