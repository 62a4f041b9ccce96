/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Stands in for a QEMU that misbehaves. Plain blocking C, so that it does what it is told
 * whatever Drover does. It is told by the option -fake:
 *
 *   silent         ends at once with status 3 and says nothing
 *   signal         ends at once by SIGABRT
 *   words          prints two lines and ends with status 1
 *   garbage        sends on QMP what is not QMP
 *   half           sends half a greeting and closes QMP
 *   stranger       another process answers on its QMP socket
 *   dies           greets, then prints a line and ends with status 1
 *   stubborn       speaks QMP, but obeys neither `quit` nor SIGTERM
 *   clings         runs a guest that lets go of no device, and opens no drive unless forced
 *   shutdown       runs, and shuts down before it can be asked how it is
 *   script         runs, and says what the file of -fake-script says: `=STATUS` on a line is how
 *                  `query-status` is answered from there on, `@COMMAND` waits for that command,
 *                  and anything else is sent. Begins with the first `cont`. Two may ask it.
 */

#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"

static const char *
find_value (int argc, char **argv, const char *option, const char *containing)
{
  for (int i = 1; i + 1 < argc; i++)
    if (strcmp (argv[i], option) == 0 && strstr (argv[i + 1], containing) != NULL)
      return argv[i + 1];

  return "";
}

static int
listen_at (int argc, char **argv, const char *chardev)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const char *path = strstr (find_value (argc, argv, "-chardev", chardev), "path=");
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (path == NULL || fd < 0)
    exit (90);

  snprintf (address.sun_path, sizeof address.sun_path, "%.*s", (int) strcspn (path + 5, ","),
            path + 5);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || listen (fd, 1) != 0)
    exit (91);

  return fd;
}

/* Who asks may be gone before the answer. */
static void
say (int fd, const char *text)
{
  if (write (fd, text, strlen (text)) < 0 && errno != EPIPE && errno != ECONNRESET)
    exit (92);
}

static gboolean
is_command (const char *line, const char *command)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", command);

  return strstr (line, quoted) != NULL;
}

static void
answer (int fd, const char *line, const char *result)
{
  g_autofree char *text = NULL;
  const char *id = g_strrstr (line, "\"id\":");

  text = g_strdup_printf ("{\"return\": %s, \"id\": %d}\r\n", result, id ? atoi (id + 5) : -1);
  say (fd, text);
}

/* How it is, for both who ask. */
static char (*status)[32];
static const char *script = ""; /* what is left of it */
static pid_t main_pid;

static gboolean
take (const char *start, char **rest)
{
  gsize length = strlen (start);
  gsize end = strcspn (script, "\n");

  if (strncmp (script, start, length) != 0 || *script == '\0')
    return FALSE;
  *rest = g_strndup (script + length, end - length);
  script += end + (script[end] == '\n');
  return TRUE;
}

/* Plays the script up to where it waits for something else than @command. */
static void
play (int fd, const char *command)
{
  g_autofree char *waited = g_strdup_printf ("@%s\n", command);
  char *line;

  if (!g_str_has_prefix (script, waited))
    return;

  script += strlen (waited);
  while (*script != '@' && take ("", &line))
    {
      g_autofree char *text = g_strdup_printf ("%s\r\n", line);

      if (*line == '=')
        g_strlcpy (*status, line + 1, sizeof *status);
      else
        say (fd, text);
      g_free (line);
    }
}

static void
serve_script (int fd)
{
  static const char *const commands[] = { "cont", "stop", "system_wakeup", "system_reset",
                                          "system_powerdown" };
  FILE *lines = fdopen (fd, "r");
  char line[4096];

  say (fd, GREETING);
  while (fgets (line, sizeof line, lines) != NULL)
    {
      g_autofree char *result = is_command (line, "query-status")
                                  ? g_strdup_printf ("{\"status\": \"%s\"}", *status)
                                  : g_strdup ("{}");

      for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
        if (is_command (line, commands[i]))
          play (fd, commands[i]);
      answer (fd, line, is_command (line, "query-block") ? "[]" : result);
      if (is_command (line, "quit"))
        {
          kill (main_pid, SIGTERM);
          exit (0);
        }
    }
  fclose (lines);
}

/* Whoever comes second finds a socket of its own, as with QEMU; each gets what its own commands
 * bring about, and both learn how it is. */
static void
run_script (int argc, char **argv)
{
  int own = listen_at (argc, argv, "id=drover-qmp");
  int other = listen_at (argc, argv, "id=drover-ctl");
  gboolean is_second;
  gsize length;
  char *text;

  status = mmap (NULL, sizeof *status, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (status == MAP_FAILED ||
      !g_file_get_contents (find_value (argc, argv, "-fake-script", ""), &text, &length, NULL))
    exit (93);

  g_strlcpy (*status, "prelaunch", sizeof *status);
  signal (SIGPIPE, SIG_IGN);
  main_pid = getpid ();
  is_second = fork () == 0;
  if (is_second)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      /* The first may have been quicker to go. */
      if (getppid () != main_pid)
        exit (0);
    }
  script = text;
  for (;;)
    serve_script (accept (is_second ? other : own, NULL, NULL));
}

/* Returns: whether it has answered */
static gboolean
cling (int fd, const char *line)
{
  static gboolean open;

  if (is_command (line, "device_del"))
    {
      answer (fd, line, "{}");
      say (fd, "{\"event\": \"DEVICE_UNPLUG_GUEST_ERROR\", \"data\": {\"device\": \"pen\", "
               "\"path\": \"/machine/peripheral/pen\"}, \"timestamp\": {}}\r\n");
    }
  else if (is_command (line, "blockdev-open-tray"))
    {
      open |= strstr (line, "\"force\":true") != NULL;
      answer (fd, line, "{}");
    }
  else if (is_command (line, "blockdev-change-medium") && !open)
    {
      const char *id = g_strrstr (line, "\"id\":");
      g_autofree char *text =
        g_strdup_printf ("{\"error\": {\"class\": \"GenericError\", \"desc\": \"It is locked\"}, "
                         "\"id\": %d}\r\n",
                         id != NULL ? atoi (id + 5) : -1);

      say (fd, text);
    }
  else if (is_command (line, "query-block"))
    answer (fd, line,
            open ? "[{\"device\": \"cd\", \"removable\": true, \"locked\": true, "
                   "\"tray_open\": true}]"
                 : "[{\"device\": \"cd\", \"removable\": true, \"locked\": true, "
                   "\"tray_open\": false}]");
  else
    return FALSE;

  return TRUE;
}

static void
serve (int fd, const char *mode)
{
  FILE *lines = fdopen (fd, "r");
  char line[4096];

  say (fd, GREETING);
  while (fgets (line, sizeof line, lines) != NULL)
    {
      if (is_command (line, "qmp_capabilities") && strcmp (mode, "dies") == 0)
        {
          fprintf (stderr, "fake: the disk has a hole\n");
          exit (1);
        }
      if (is_command (line, "cont") && strcmp (mode, "shutdown") == 0)
        {
          say (fd, "{\"event\": \"RESUME\", \"timestamp\": {}}\r\n");
          answer (fd, line, "{}");
          say (fd, "{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, "
                   "\"reason\": \"guest-shutdown\"}, \"timestamp\": {}}\r\n");
          exit (0);
        }
      if (strcmp (mode, "clings") == 0 && cling (fd, line))
        continue;
      answer (fd, line, is_command (line, "query-status") ? "{\"status\": \"running\"}" : "{}");
    }

  /* Drover left, and comes back. */
  for (;;)
    pause ();
}

int
main (int argc, char **argv)
{
  const char *mode = find_value (argc, argv, "-fake", "");
  int fd;

  if (strcmp (mode, "silent") == 0)
    return 3;
  if (strcmp (mode, "signal") == 0)
    abort ();
  if (strcmp (mode, "words") == 0)
    {
      fprintf (stderr, "fake: first line\nfake: second line\n");
      return 1;
    }
  if (strcmp (mode, "stranger") == 0)
    {
      if (fork () != 0)
        for (;;)
          pause ();
      prctl (PR_SET_PDEATHSIG, SIGKILL);
    }
  if (strcmp (mode, "stubborn") == 0)
    signal (SIGTERM, SIG_IGN);

  if (strcmp (mode, "script") == 0)
    run_script (argc, argv);

  fd = accept (listen_at (argc, argv, "id=drover-qmp"), NULL, NULL);
  if (strcmp (mode, "garbage") == 0)
    {
      say (fd, "SSH-2.0-OpenSSH_10.0\r\n");
      for (;;)
        pause ();
    }
  if (strcmp (mode, "half") == 0)
    {
      say (fd, "{\"QMP\": {\"ver");
      close (fd);
      for (;;)
        pause ();
    }

  serve (fd, mode);
  return 0;
}
