namespace Tspm.Tests.Guards;

/// <summary>
/// What is to happen in every cell of the lifecycle, written down a second time and independently: a change of
/// behaviour has to be made in both places, on purpose. Exactly one row fits each combination. A comma means "or", *
/// anything, = unchanged.
/// <code>
/// when:     byhand   the spawn under way was asked for by somebody
///           last     this failure is the last one that the policy allows
///           lived    the child was online and ran for at least the minimum uptime
///           stays    after this exit the policy leaves it down, or it is wanted down
///           passed   the policy's delay has passed since the end of the child, or it has none
///           never    the policy never restarts, or it is wanted down
///           once     the policy never restarts
/// failures: +1, 0, 1 or =; a start, stop or shutdown changes what is wanted, nothing else but a final exit does
/// </code>
/// </summary>
internal static class LifecycleTable
{
    public const string Rows = """
        # phase                            event      next               when                    | phase     next    desired failures restarts byhand actions
        Stopped,Errored,Held               start      *                  -                       | Spawning  Start   up      0        =        yes    Spawn
        Waiting                            start      *                  -                       | Spawning  Start   up      0        +1       yes    CancelTimers,Spawn
        Stopping,Sweeping                  start      *                  -                       | =         Start   up      0        =        =      None
        Spawning                           start      *                  -                       | =         Start   up      =        =        =      None
        Starting,Online                    start      *                  -                       | =         =       up      =        =        =      None

        Stopped,Errored,Held               restart    *                  -                       | Spawning  Start   up      0        =        yes    Spawn
        Waiting                            restart    *                  -                       | Spawning  Start   up      0        +1       yes    CancelTimers,Spawn
        Stopping,Sweeping                  restart    *                  -                       | =         Start   up      0        =        =      None
        Spawning                           restart    *                  -                       | =         Start   up      =        =        =      None
        Starting,Online                    restart    *                  -                       | Stopping  Start   up      0        =        =      SendStopSignal

        Stopped                            stop       *                  -                       | =         Stop    down    =        =        =      None
        Errored                            stop       *                  -                       | Stopped   Stop    down    0        =        =      None
        Held                               stop       *                  -                       | Stopped   Stop    down    0        =        no     None
        Waiting                            stop       *                  -                       | Stopped   Stop    down    0        =        =      CancelTimers
        Starting,Online                    stop       *                  -                       | Stopping  Stop    down    =        =        =      SendStopSignal
        Stopping,Sweeping                  stop       *                  -                       | =         Stop    down    =        =        =      None
        Spawning                           stop       *                  -                       | =         Stop    down    =        =        =      CancelSpawn

        Stopped                            shutdown   *                  -                       | =         Stop    =       =        =        =      None
        Errored                            shutdown   *                  -                       | Stopped   Stop    =       0        =        =      None
        Held                               shutdown   *                  -                       | Stopped   Stop    =       0        =        no     None
        Waiting                            shutdown   *                  -                       | Stopped   Stop    =       0        =        =      CancelTimers
        Starting,Online                    shutdown   *                  -                       | Stopping  Stop    =       =        =        =      SendStopSignal
        Stopping,Sweeping                  shutdown   *                  -                       | =         Stop    =       =        =        =      None
        Spawning                           shutdown   *                  -                       | =         Stop    =       =        =        =      CancelSpawn

        Spawning                           spawned,unready Stop          -                       | Stopping  Stop    =       =        =        no     SendStopSignal
        Spawning                           unready    Start,Retry,GiveUp -                       | Starting  =       =       =        =        no     None
        Spawning                           spawned    Start,Retry,GiveUp -                       | Online    =       =       =        =        no     None
        Stopped,Errored,Held,Waiting,Starting,Online,Stopping,Sweeping spawned,unready * -            | =         =       =       =        =        =      None

        *                                  held       *                  -                       | =         =       =       =        =        =      None
        Held                               released   *                  -                       | Spawning  Start   =       =        =        =      Spawn
        Stopped,Errored,Waiting,Spawning,Starting,Online,Stopping,Sweeping released * -          | =         =       =       =        =        =      None
        Stopped,Errored,Held,Waiting,Spawning,Starting,Online intended * -                       | =         =       down    =        =        =      None
        Stopping,Sweeping                  intended   *                  -                       | =         Stop    down    =        =        =      None
        *                                  starting   *                  -                       | =         =       up      =        =        =      None

        Spawning                           cannot,busy Stop              -                       | Stopped   =       =       =        =        no     None
        Spawning                           cannot     Start,Retry,GiveUp byhand                  | Errored   =       =       +1       =        no     None
        Spawning                           cannot     Start,Retry,GiveUp !byhand,once            | Errored   =       =       +1       =        no     None
        Spawning                           cannot     Start,Retry,GiveUp !byhand,!once,last      | Errored   =       =       +1       =        no     None
        Spawning                           cannot     Start,Retry,GiveUp !byhand,!once,!last     | Waiting   =       =       +1       =        no     ArmBackoff
        Spawning                           busy       Start,Retry,GiveUp last                    | Errored   =       =       +1       =        no     None
        Spawning                           busy       Start,Retry,GiveUp !last                   | Waiting   =       =       +1       =        no     ArmBackoff
        Stopped,Errored,Held,Waiting,Starting,Online,Stopping,Sweeping cannot,busy * -                | =         =       =       =        =        =      None

        Spawning                           abandoned  Stop               -                       | Stopped   =       =       =        =        no     None
        Spawning                           abandoned  Start,Retry,GiveUp -                       | =         Start   =       =        =        =      Spawn
        Stopped,Errored,Held,Waiting,Starting,Online,Stopping,Sweeping abandoned * -                  | =         =       =       =        =        =      None

        Starting                           ready      *                  -                       | Online    =       =       =        =        =      None
        Stopped,Errored,Held,Waiting,Spawning,Online,Stopping,Sweeping ready * -                      | =         =       =       =        =        =      None

        Starting,Online                    unfit      *                  never                   | Stopping  Stop    down    0        =        =      SendStopSignal
        Starting,Online                    unfit      *                  !never,last,!lived      | Stopping  GiveUp  =       +1       =        =      SendStopSignal
        Starting,Online                    unfit      *                  !never,last,lived       | Stopping  GiveUp  =       1        =        =      SendStopSignal
        Starting,Online                    unfit      *                  !never,!last,!lived     | Stopping  Retry   =       +1       =        =      SendStopSignal
        Starting,Online                    unfit      *                  !never,!last,lived      | Stopping  Retry   =       1        =        =      SendStopSignal
        Stopped,Errored,Held,Waiting,Spawning,Stopping,Sweeping unfit * -                             | =         =       =       =        =        =      None

        Starting,Online                    exit       *                  stays                   | Sweeping  Stop    down    0        =        no     Sweep
        Starting,Online                    exit       *                  !stays,last,!lived      | Sweeping  GiveUp  =       +1       =        no     Sweep
        Starting,Online                    exit       *                  !stays,last,lived       | Sweeping  GiveUp  =       1        =        no     Sweep
        Starting,Online                    exit       *                  !stays,!last,!lived     | Sweeping  Retry   =       +1       =        no     Sweep
        Starting,Online                    exit       *                  !stays,!last,lived      | Sweeping  Retry   =       1        =        no     Sweep
        Stopping                           exit       *                  -                       | Sweeping  =       =       =        =        no     Sweep
        Spawning                           exit       Stop               -                       | Sweeping  =       =       =        =        no     Sweep
        Spawning                           exit       Start,Retry,GiveUp stays                   | Sweeping  Stop    down    0        =        no     Sweep
        Spawning                           exit       Start,Retry,GiveUp !stays,last             | Sweeping  GiveUp  =       +1       =        no     Sweep
        Spawning                           exit       Start,Retry,GiveUp !stays,!last            | Sweeping  Retry   =       +1       =        no     Sweep
        Stopped,Errored,Held,Waiting,Sweeping exit    *                  -                       | =         =       =       =        =        =      None

        Sweeping                           gone       Stop               -                       | Stopped   =       =       =        =        =      None
        Sweeping                           gone       Start              -                       | Spawning  Start   =       =        +1       yes    Spawn
        Sweeping                           gone       Retry              passed                  | Spawning  Start   =       =        +1       =      Spawn
        Sweeping                           gone       Retry              !passed                 | Waiting   =       =       =        =        =      ArmBackoff
        Sweeping                           gone       GiveUp             -                       | Errored   =       =       =        =        =      None
        Stopped,Errored,Held,Waiting,Spawning,Starting,Online,Stopping gone * -                       | =         =       =       =        =        =      None

        Stopping,Sweeping                  timeout    *                  -                       | =         =       =       =        =        =      KillTree
        Stopped,Errored,Held,Waiting,Spawning,Starting,Online timeout * -                             | =         =       =       =        =        =      None

        Waiting                            backoff    *                  -                       | Spawning  Start   =       =        +1       =      Spawn
        Stopped,Errored,Held,Spawning,Starting,Online,Stopping,Sweeping backoff * -                   | =         =       =       =        =        =      None

        Online                             replaced   *                  -                       | =         =       =       0        +1       =      None
        Stopped,Errored,Held,Waiting,Spawning,Starting,Stopping,Sweeping replaced * -                 | =         =       =       =        =        =      None

        *                                  reset      *                  -                       | =         =       =       0        0        =      None
        """;
}
