namespace Tspm.Client.Output.Help;

/// <summary>
/// The guides to the verbs for the daemon and its boot service, in the form that <see cref="VerbGuide"/> reads.
/// </summary>
internal static class DaemonGuides
{
    public static ReadOnlySpan<byte> Text => """
        # daemon
        Without a subcommand, the daemon runs in the foreground, as in a container or under systemd. The flags below belong to this form.

        'daemon start' runs it in the background. Other verbs do that by themselves when they change something.

        'daemon stop' stops all processes, then the daemon. The next daemon starts the processes again.

        'daemon restart' stops all processes and the daemon, then starts them again, so every process gets a new pid. To replace only the daemon, use 'daemon upgrade'.

        'daemon upgrade' hands over to BINARY, or to the file that is now at the path of the daemon's executable. All processes keep running, with the same pids.
        $ tspm daemon --apply tspm.json --logs  # in a container: start these processes, and print their output
        $ tspm daemon stop  # stop all processes, and the daemon
        $ tspm daemon upgrade  # after a new version was installed
        > status enable docs/containers.md docs/survival.md#upgrading

        # enable
        The service belongs to your user, and also runs while you are not logged in. As root, --system installs one for the whole machine, and --user NAME one for another account. A daemon that is already running becomes the service; no process is restarted.
        $ tspm enable  # start my processes at boot
        $ tspm enable --print  # only show the unit file
        $ sudo tspm --system enable  # the system-wide daemon
        > disable status docs/boot.md

        # disable
        The daemon stops, and with it all its processes, unless --keep-running is given. Nothing that is saved is lost.
        $ tspm disable  # remove the service of my user
        $ tspm disable --keep-running  # but leave everything running until the next boot
        $ sudo tspm --system disable  # the system-wide daemon
        > enable daemon docs/boot.md

        # completion
        The script completes verbs, flags and their values, names of processes and files. It asks this program, reads only saved state, and needs no daemon. Its first lines say how to install it for good.
        $ source <(tspm completion bash)  # try it in this bash
        $ source <(tspm completion zsh)  # try it in this zsh
        $ tspm completion fish | source  # try it in this fish
        $ tspm completion powershell | Out-String | Invoke-Expression  # try it in this PowerShell
        > help docs/scripting.md#completion-on-tab

        # help
        $ tspm help  # all verbs
        $ tspm help start  # the flags of one verb, with examples
        $ tspm start --help  # the same
        > man completion

        # man
        On a terminal, the page opens in man(1). In a pipe, it is printed in the format of manual pages.
        $ tspm man  # read the manual
        $ sudo mkdir -p /usr/local/share/man/man1 && tspm man | sudo tee /usr/local/share/man/man1/tspm.1 >/dev/null  # install it, so that 'man tspm' works
        $ tspm man | man -l - | less  # as plain text
        > help
        """u8;
}
