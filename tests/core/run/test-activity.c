/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "../qemu/fake-qmp.h"
#include "activity-guest.h"

#include "drover-activity-parse.h"
#include "drover-activity.h"
#include "drover-event-words.h"
#include "drover-run-truth.h"

/* What a running machine does: measured, told, and asked of QEMU itself. */

/* Parsing */

static void
test_parse (void)
{
  static const char *const bad[] = { "", "1 (qemu", "1 (qemu) S 1 2 3", "1 (a) S 1 1 1 0 -1 0 0 0 0 0 x 9 0" };
  guint64 number = 0;
  g_autofree char *interface = NULL;

  g_assert_true (drover_activity_parse_stat (
    "4242 (CPU 0/TCG) R 1 4242 4242 0 -1 4194624 5021 0 2 0 1234 66 0 0 20 0 4 0 99 1 2", &number));
  g_assert_cmpuint (number, ==, 1300);
  g_assert_true (drover_activity_parse_stat (
    "1 (a) b) (c) S 1 1 1 0 -1 0 0 0 0 0 7 8 0 0 20 0 4 0 99", &number));
  g_assert_cmpuint (number, ==, 15);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (drover_activity_parse_stat (bad[i], &number));

  g_assert_true (drover_activity_parse_statm ("209715 12345 6789 2000 0 40000 0\n", &number));
  g_assert_cmpuint (number, ==, 12345);
  g_assert_false (drover_activity_parse_statm ("12", &number));

  interface = drover_activity_parse_fdinfo ("pos:\t0\nflags:\t0104002\nmnt_id:\t15\niff:\ttap7\n");
  g_assert_cmpstr (interface, ==, "tap7");
  g_assert_null (drover_activity_parse_fdinfo ("pos:\t0\nflags:\t02\n"));
}

static void
test_netdevs (void)
{
  static const char text[] =
    "hub 0\r\n"
    " \\ hub0port1: #net084: index=0,type=socket,\r\n"
    " \\ hub0port0: index=0,type=hubport,\r\n"
    "e1000.0: index=0,type=nic,model=e1000,macaddr=52:54:00:12:34:56\r\n"
    " \\ net0: index=0,type=user,net=10.0.2.0,restrict=off\r\n"
    "net1: index=0,type=tap,ifname=tap0,script=no,downscript=no\r\n"
    " \\ net2: index=0,type=tap,helper=/usr/lib/qemu/qemu-bridge-helper,br=br0\r\n";
  g_autoptr (GPtrArray) netdevs = drover_activity_parse_netdevs (text);
  static const DroverNetdev expected[] = {
    { (char *) "#net084", (char *) "socket", NULL }, { (char *) "net0", (char *) "user", NULL },
    { (char *) "net1", (char *) "tap", (char *) "tap0" }, { (char *) "net2", (char *) "tap", NULL },
  };

  g_assert_cmpuint (netdevs->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < netdevs->len; i++)
    {
      const DroverNetdev *netdev = netdevs->pdata[i];

      g_assert_cmpstr (netdev->id, ==, expected[i].id);
      g_assert_cmpstr (netdev->type, ==, expected[i].type);
      g_assert_cmpstr (netdev->interface, ==, expected[i].interface);
    }
}

/* The guest's end of a tap is the other one. */
static void
test_interface (void)
{
  g_autofree char *folder = g_build_filename (drover_test_dir (), "net", NULL);
  g_autofree char *statistics = g_build_filename (folder, "tap0", "statistics", NULL);
  g_autofree char *tx = g_build_filename (statistics, "tx_bytes", NULL);
  g_autofree char *rx = g_build_filename (statistics, "rx_bytes", NULL);
  guint64 received;
  guint64 sent;

  g_assert_cmpint (g_mkdir_with_parents (statistics, 0700), ==, 0);
  g_assert_true (g_file_set_contents (tx, "300\n", -1, NULL));
  g_assert_false (drover_activity_read_interface (folder, "tap0", &received, &sent));
  g_assert_true (g_file_set_contents (rx, "20\n", -1, NULL));
  g_assert_true (drover_activity_read_interface (folder, "tap0", &received, &sent));
  g_assert_cmpuint (received, ==, 300);
  g_assert_cmpuint (sent, ==, 20);
  g_assert_false (drover_activity_read_interface (statistics, "../../tap0", &received, &sent));
}

/* Series */

static void
test_series (void)
{
  g_autoptr (DroverSeries) series = drover_series_new ("x", "X");
  const gint64 start = 5 * G_USEC_PER_SEC;

  g_assert_cmpuint (drover_series_find (series, 0), ==, 0);
  for (guint i = 0; i < DROVER_SERIES_LENGTH + 100; i++)
    drover_series_add (series, start + i * G_USEC_PER_SEC, i);
  g_assert_cmpuint (drover_series_get_length (series), ==, DROVER_SERIES_LENGTH);
  g_assert_cmpfloat (drover_series_get_value (series, 0), ==, 100);
  g_assert_cmpint (drover_series_get_time (series, 0), ==, start + 100 * G_USEC_PER_SEC);
  g_assert_cmpfloat (drover_series_get_value (series, DROVER_SERIES_LENGTH - 1), ==,
                     DROVER_SERIES_LENGTH + 99);
  g_assert_cmpuint (drover_series_find (series, 0), ==, 0);
  g_assert_cmpuint (drover_series_find (series, start + 150 * G_USEC_PER_SEC), ==, 50);
  g_assert_cmpuint (drover_series_find (series, start + 150 * G_USEC_PER_SEC + 1), ==, 51);
  g_assert_cmpuint (drover_series_find (series, G_MAXINT64), ==, DROVER_SERIES_LENGTH);
}

static void
test_counter (void)
{
  g_autoptr (DroverSeries) series = drover_series_new ("x", "X");

  drover_series_count (series, 1000000, 500, 1);
  drover_series_count (series, 3000000, 900, 1);
  drover_series_count (series, 3500000, 910, 2);
  g_assert_true (isnan (drover_series_get_value (series, 0)));
  g_assert_cmpfloat (drover_series_get_value (series, 1), ==, 200);
  g_assert_cmpfloat (drover_series_get_value (series, 2), ==, 10);
  g_assert_cmpuint (drover_series_get_counter (series), ==, 910);

  /* A new QEMU begins at nothing. */
  drover_series_count (series, 4500000, 10, 1);
  g_assert_true (isnan (drover_series_get_value (series, 3)));

  /* Nothing is made up for the time in which nobody looked. */
  drover_series_count (series, 5500000, 20, 1);
  drover_series_interrupt (series);
  drover_series_interrupt (series);
  drover_series_count (series, 9500000, 900, 1);
  g_assert_cmpuint (drover_series_get_length (series), ==, 7);
  g_assert_true (isnan (drover_series_get_value (series, 5)));
  g_assert_true (isnan (drover_series_get_value (series, 6)));
}

/* Measuring */

#define INTERVAL 20

static DroverActivity *
look_at (DroverRun *run)
{
  DroverActivity *activity = drover_activity_get_for_run (run);

  drover_activity_set_interval (activity, INTERVAL);
  drover_activity_start (activity);
  return activity;
}

static guint64
get_counter (DroverActivity *activity, DroverActivityKind kind, const char *id)
{
  DroverSeries *series = drover_activity_find_series (activity, kind, id);

  return series != NULL ? drover_series_get_counter (series) : 0;
}

static double
get_newest (DroverActivity *activity, DroverActivityKind kind, const char *id)
{
  DroverSeries *series = drover_activity_find_series (activity, kind, id);

  return series != NULL
           ? drover_series_get_value (series, drover_series_get_length (series) - 1) : -1;
}

static void
test_measure (void)
{
  static const char *const more[] = { "-accel", "tcg", NULL };
  const guint n_sectors = 37;
  g_autoptr (DroverMachine) machine = new_activity_machine (n_sectors, more);
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_QMP_SOCKET);
  DroverActivity *activity = look_at (run);
  g_autoptr (DroverRun) adopted = NULL;

  g_assert_false (drover_activity_is_sampling (activity));
  start (run, FALSE);
  g_assert_true (drover_activity_is_sampling (activity));

  drover_test_until (get_counter (activity, DROVER_ACTIVITY_DISK_OPERATIONS, "disk0-read") ==
                     n_sectors);
  drover_test_until (get_counter (activity, DROVER_ACTIVITY_DISK_BYTES, "disk0-read") ==
                     n_sectors * 512);
  g_assert_cmpuint (get_counter (activity, DROVER_ACTIVITY_DISK_BYTES, "disk0-written"), ==, 0);

  /* It spins now, which costs QEMU at least what it costs its processor's thread. */
  drover_test_until (get_newest (activity, DROVER_ACTIVITY_CPU, "cpu0") > 0);
  drover_test_until (get_newest (activity, DROVER_ACTIVITY_CPU, "process") > 0);
  g_assert_cmpuint (get_counter (activity, DROVER_ACTIVITY_CPU, "process"), >=,
                    get_counter (activity, DROVER_ACTIVITY_CPU, "cpu0"));
  drover_test_until (get_newest (activity, DROVER_ACTIVITY_MEMORY, "machine") == 16 * 1024 * 1024);
  g_assert_cmpfloat (get_newest (activity, DROVER_ACTIVITY_MEMORY, "resident"), >, 1024 * 1024);
  g_assert_null (drover_activity_find_series (activity, DROVER_ACTIVITY_MEMORY, "guest"));
  g_assert_nonnull (strstr (drover_activity_get_note (activity, DROVER_ACTIVITY_MEMORY),
                            "virtio-balloon-pci"));
  g_assert_cmpstr (drover_activity_get_note (activity, DROVER_ACTIVITY_NETWORK), ==,
                   "The machine has no network.");
  g_assert_null (drover_activity_get_note (activity, DROVER_ACTIVITY_CPU));

  /* What it runs with was asked of it: the arguments alone chose. */
  drover_test_until (g_strcmp0 (drover_run_get_accelerator (run), "tcg") == 0);

  /* So it is of one that somebody else started. */
  adopted = drover_run_new (machine, DROVER_CTL_SOCKET);
  g_assert_true (drover_test_await (drover_run_attach (adopted), NULL));
  g_assert_cmpstr (drover_run_get_accelerator (adopted), ==, "tcg");
  g_assert_nonnull (strstr (drover_run_get_accelerator_reason (adopted), "what QEMU says"));
  drop (g_steal_pointer (&adopted));

  /* Its end is a gap, and the next start goes on behind it. */
  force_off (run);
  drover_test_until (!drover_activity_is_sampling (activity));
  g_assert_true (isnan (get_newest (activity, DROVER_ACTIVITY_CPU, "process")));
  start (run, FALSE);
  drover_test_until (get_newest (activity, DROVER_ACTIVITY_CPU, "process") > 0);
  drover_activity_stop (activity);
  finish (g_steal_pointer (&run));
}

static gint64
ask_polling (DroverRun *run)
{
  g_autoptr (JsonNode) arguments = json_from_string (
    "{\"path\":\"/machine/peripheral/balloon0\",\"property\":\"guest-stats-polling-interval\"}",
    NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  node = drover_test_await_boxed (
    drover_qmp_execute (drover_run_get_qmp (run), "qom-get", g_steal_pointer (&arguments)), &error);
  g_assert_no_error (error);
  return json_node_get_int (node);
}

static gboolean
passed_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Nothing is asked of QEMU while nobody looks, and what was set for looking is set back. */
static void
test_silence (void)
{
  static const char *const more[] = {
    "-accel", "tcg,thread=single", "-smp", "3", "-device", "virtio-balloon-pci,id=balloon0",
    "-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0", NULL
  };
  g_autoptr (DroverMachine) machine = new_activity_machine (1, more);
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_QMP_SOCKET);
  DroverActivity *activity;
  DroverSeries *series;
  gboolean passed = FALSE;
  guint64 n_commands;
  guint length;

  start (run, FALSE);
  activity = look_at (run);
  drover_test_until (get_newest (activity, DROVER_ACTIVITY_CPU, "cpu0") >= 0);
  series = drover_activity_find_series (activity, DROVER_ACTIVITY_CPU, "cpu0");

  /* One thread for all of its processors. */
  g_assert_cmpstr (drover_series_get_title (series), ==, "CPUs 0, 1, 2");
  g_assert_null (drover_activity_find_series (activity, DROVER_ACTIVITY_CPU, "cpu1"));
  g_assert_nonnull (strstr (drover_activity_get_note (activity, DROVER_ACTIVITY_CPU),
                            "thread=single"));
  g_assert_nonnull (strstr (drover_activity_get_note (activity, DROVER_ACTIVITY_NETWORK),
                            "net0 (user)"));
  drover_test_until (drover_activity_get_note (activity, DROVER_ACTIVITY_MEMORY) != NULL);
  g_assert_nonnull (strstr (drover_activity_get_note (activity, DROVER_ACTIVITY_MEMORY),
                            "has not told"));
  g_assert_cmpint (ask_polling (run), ==, 1);

  drover_activity_stop (activity);
  drover_test_until (!drover_activity_is_sampling (activity));
  g_assert_cmpint (ask_polling (run), ==, 0);

  n_commands = drover_qmp_get_n_commands (drover_run_get_qmp (run));
  length = drover_series_get_length (series);
  g_timeout_add (INTERVAL * 15, passed_cb, &passed);
  drover_test_until (passed);
  g_assert_cmpuint (drover_qmp_get_n_commands (drover_run_get_qmp (run)), ==, n_commands);
  g_assert_cmpuint (drover_series_get_length (series), ==, length);

  /* With a look it goes on, behind a gap. */
  g_assert_false (isnan (drover_series_get_value (series, length - 1)));
  drover_activity_start (activity);
  drover_test_until (drover_series_get_length (series) > length + 2);
  g_assert_true (isnan (drover_series_get_value (series, length)));
  g_assert_true (isnan (drover_series_get_value (series, length + 1)));
  g_assert_false (isnan (drover_series_get_value (series, length + 2)));
  g_assert_cmpuint (drover_qmp_get_n_commands (drover_run_get_qmp (run)), >, n_commands);
  drover_activity_stop (activity);
  finish (g_steal_pointer (&run));
}

/* Events */

static char *
dup_words (const char *name, const char *data)
{
  g_autoptr (JsonNode) node = json_from_string (data, NULL);

  return drover_event_words_dup (name, json_node_get_object (node));
}

static void
test_words (void)
{
  static const struct
  {
    const char *name;
    const char *data;
    const char *words;
  } cases[] = {
    { "STOP", "{}", "The guest’s processors stand still." },
    { "BALLOON_CHANGE", "{\"actual\":1610612736}",
      "The guest’s memory balloon changed: the guest has 1.5\302\240GiB now." },
    { "BLOCK_IO_ERROR",
      "{\"device\":\"d0\",\"operation\":\"write\",\"action\":\"stop\",\"nospace\":true,\"reason\":\"x\"}",
      "Disk d0: there is no space left on this computer for what the guest writes." },
    { "BLOCK_IO_ERROR",
      "{\"device\":\"d0\",\"operation\":\"read\",\"action\":\"stop\",\"nospace\":false,\"reason\":\"EIO\"}",
      "Disk d0: QEMU could not read (EIO), and the guest was stopped." },
    { "DEVICE_DELETED", "{\"path\":\"/machine/x\"}", "A device was unplugged and is gone: /machine/x" },
    { "RESET", "{\"guest\":false,\"reason\":\"host-qmp-system-reset\"}",
      "The machine’s reset button was pressed." },
    { "VNC_CONNECTED", "{\"client\":{\"host\":\"::1\"}}",
      "A viewer at ::1 connects to the guest’s screen by VNC." },
    /* What the sentence needs is missing, or the event is new. */
    { "DEVICE_DELETED", "{}", "QEMU sent the event DEVICE_DELETED." },
    { "NEW_THING", "{\"a\":1}", "QEMU sent the event NEW_THING." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = dup_words (cases[i].name, cases[i].data);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

/* Every event that the installed QEMU names has words. */
static void
test_all_events (DroverRun *run)
{
  g_autoptr (JsonNode) schema = ask_qemu (run, "query-qmp-schema");
  JsonArray *array = json_node_get_array (schema);
  guint n_events = 0;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *entry = json_array_get_object_element (array, i);

      if (g_str_equal (json_object_get_string_member (entry, "meta-type"), "event"))
        {
          n_events++;
          if (!drover_event_words_knows (json_object_get_string_member (entry, "name")))
            g_error ("no words for %s", json_object_get_string_member (entry, "name"));
        }
    }
  g_assert_cmpuint (n_events, >, 40);
}

static char *
list_names (DroverRun *run)
{
  GListModel *events = drover_event_log_get_events (drover_run_get_events (run));
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (events); i++)
    {
      g_autoptr (DroverEvent) event = g_list_model_get_item (events, i);
      const char *name = drover_event_get_name (event);

      g_string_append_printf (names, "%s ", name != NULL ? name : "-");
    }

  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
test_events (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  GListModel *events = drover_event_log_get_events (drover_run_get_events (run));
  gint64 before = g_get_real_time () - G_TIME_SPAN_HOUR;
  g_autofree char *names = NULL;
  g_autoptr (DroverEvent) event = NULL;
  g_autofree char *pretty = NULL;

  test_all_events (run);
  g_assert_true (drover_test_await (drover_run_pause (run), NULL));
  g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  names = list_names (run);
  g_assert_cmpstr (names, ==, "- RESUME STOP RESUME ");

  event = g_list_model_get_item (events, 2);
  g_assert_cmpint (drover_event_get_time (event), >, before);
  g_assert_cmpint (drover_event_get_time (event), <=, g_get_real_time ());
  g_assert_true (drover_event_matches (event, ARGUMENTS ("stop", "still")));
  g_assert_false (drover_event_matches (event, ARGUMENTS ("stop", "resume")));
  pretty = drover_event_dup_pretty (event);
  g_assert_nonnull (strstr (pretty, "\n"));
  g_assert_nonnull (strstr (drover_event_get_json (event), "\"event\":\"STOP\""));

  force_off (run);
  g_clear_pointer (&names, g_free);
  names = list_names (run);
  g_assert_true (g_str_has_suffix (names, " -"  " "));
  finish (g_steal_pointer (&run));
}

static void
test_bounded (void)
{
  g_autoptr (DroverEventLog) log = drover_event_log_new ();
  GListModel *events = drover_event_log_get_events (log);
  g_autofree char *long_text = g_strnfill (DROVER_EVENT_LOG_MAX_BYTES / 4, 'x');
  g_autoptr (JsonObject) message = json_object_new ();
  g_autoptr (DroverEvent) last = NULL;

  json_object_set_string_member (message, "event", "STOP");
  for (guint i = 0; i < 3 * DROVER_EVENT_LOG_MAX_EVENTS; i++)
    {
      json_object_set_int_member (message, "number", i);
      drover_event_log_add (log, message);
      g_assert_cmpuint (g_list_model_get_n_items (events), <=, DROVER_EVENT_LOG_MAX_EVENTS);
    }
  g_assert_cmpuint (g_list_model_get_n_items (events) + drover_event_log_get_n_forgotten (log), ==,
                    3 * DROVER_EVENT_LOG_MAX_EVENTS);
  last = g_list_model_get_item (events, g_list_model_get_n_items (events) - 1);
  g_assert_nonnull (strstr (drover_event_get_json (last), "5999"));

  /* Long ones make room for fewer. */
  json_object_set_string_member (message, "text", long_text);
  for (guint i = 0; i < 10; i++)
    drover_event_log_add (log, message);
  g_assert_cmpuint (g_list_model_get_n_items (events), <=, 4);
  g_assert_cmpuint (g_list_model_get_n_items (events), >=, 1);
}

/* Accelerators */

static char *
ask_fake (const char *const *steps)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  DexFuture *future = drover_run_truth_ask (qmp);
  const GValue *value;
  char *answer;

  for (guint i = 0; steps[i] != NULL; i += 2)
    {
      gint64 id = fake_qmp_expect (fake, steps[i]);

      if (steps[i + 1][0] == '!')
        {
          g_autofree char *text = g_strdup_printf (
            "{\"error\": {\"class\": \"%s\", \"desc\": \"no\"}, \"id\": %" G_GINT64_FORMAT "}\r\n",
            steps[i + 1] + 1, id);

          fake_qmp_say (fake, text);
        }
      else
        {
          fake_qmp_reply (fake, id, steps[i + 1]);
        }
    }

  drover_test_settle (future);
  value = dex_future_get_value (future, NULL);
  answer = value != NULL ? g_value_dup_string (value) : NULL;
  dex_unref (future);
  return answer;
}

static void
assert_truth (const char *expected, const char *const *steps)
{
  g_autofree char *answer = ask_fake (steps);

  g_assert_cmpstr (answer, ==, expected);
}

#define NO_QUERY "query-accelerators", "!CommandNotFound"
#define NO_KVM "query-kvm", "{\"enabled\": false, \"present\": true}"
#define TYPES(others) "qom-list-types", "[{\"name\": \"tcg-accel\"}, {\"name\": \"kvm-accel\"}" others "]"

static void
test_truth (void)
{
  assert_truth ("hvf", ARGUMENTS ("query-accelerators", "{\"enabled\": \"hvf\", \"present\": [\"tcg\"]}"));
  assert_truth ("kvm", ARGUMENTS (NO_QUERY, "query-kvm", "{\"enabled\": true, \"present\": true}"));
  assert_truth ("tcg", ARGUMENTS (NO_QUERY, NO_KVM, "x-query-jit", "{\"human-readable-text\": \"\"}"));
  assert_truth ("tcg", ARGUMENTS (NO_QUERY, NO_KVM, "x-query-jit", "!CommandNotFound",
                                  "human-monitor-command", "\"x\\r\\nTranslation buffer state:\""));
  assert_truth ("xen", ARGUMENTS (NO_QUERY, NO_KVM, "x-query-jit", "!GenericError",
                                  TYPES (", {\"name\": \"xen-accel\"}")));
  /* Two are left, or none. */
  assert_truth (NULL, ARGUMENTS (NO_QUERY, NO_KVM, "x-query-jit", "!GenericError",
                                 TYPES (", {\"name\": \"xen-accel\"}, {\"name\": \"hvf-accel\"}")));
  assert_truth (NULL, ARGUMENTS (NO_QUERY, NO_KVM, "x-query-jit", "!GenericError", TYPES ("")));

  g_assert_cmpstr (drover_run_truth_get_badge ("kvm"), ==, "hardware");
  g_assert_cmpstr (drover_run_truth_get_badge ("tcg"), ==, "emulated");
  g_assert_null (drover_run_truth_get_badge (NULL));
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/activity/parse", test_parse);
  g_test_add_func ("/activity/netdevs", test_netdevs);
  g_test_add_func ("/activity/interface", test_interface);
  g_test_add_func ("/activity/series", test_series);
  g_test_add_func ("/activity/counter", test_counter);
  g_test_add_func ("/activity/measure", test_measure);
  g_test_add_func ("/activity/silence", test_silence);
  g_test_add_func ("/activity/words", test_words);
  g_test_add_func ("/activity/events", test_events);
  g_test_add_func ("/activity/bounded", test_bounded);
  g_test_add_func ("/activity/truth", test_truth);
  return drover_test_run ();
}
