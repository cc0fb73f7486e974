using Tspm.Client;
using Tspm.Client.Completion;
using Tspm.Client.Launching;
using Tspm.Daemon;
using Tspm.Guardian;
using Tspm.Guardian.Contract;
using Tspm.Platform;
using Tspm.Platform.Linux.Spawning;

// On an unsupported system, the first system call would end the program with a runtime error that helps nobody.
if (!CurrentSystem.IsSupported(out var sentence))
{
#pragma warning disable RS0030 // The client, which owns the output, does not run on this system.
    Console.Error.WriteLine(sentence);
#pragma warning restore RS0030
    return 1;
}

// One executable has six roles, and the first argument selects one. Everything else goes straight to the client,
// whose start-up time every command pays for.
return args is [var first, ..] ? first switch
{
    ChildSetUp.Word => ChildSetUp.Run(args),
    GuardianMain.Word => GuardianMain.Run(args.AsSpan(1)),
    VersionProofWriter.Word => VersionProofWriter.Run(),
    CompletionMain.Word => CompletionMain.Run(args.AsSpan(1)),
    DaemonStart.Word => DaemonMain.Run(args.AsSpan(1)),
    LogsOnOutput.Word when args is [_, var since] =>
        ClientMain.Run(["logs", "--follow", "--since", since], new GuardianLauncher(), endsWithDaemon: true),
    "daemon" when args.Length == 1 || GuardianMain.IsForeground(args[1]) => GuardianMain.Start(args.AsSpan(1)),
    _ => ClientMain.Run(args, new GuardianLauncher()),
} : ClientMain.Run(args, new GuardianLauncher());
