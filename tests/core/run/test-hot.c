/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "../qemu/fake-qmp.h"
#include "drover-dex.h"
#include "drover-editor.h"
#include "drover-fields.h"
#include "drover-hot-private.h"
#include "drover-hot.h"
#include "drover-json.h"
#include "drover-qmp-arguments.h"
#include "drover-service-entry.h"
#include "drover-usb-host.h"
#include "run-fixture.h"

/* What of a change a running machine can have: the plan, which asks nobody, and the steps, with
 * real QEMU under TCG. */

/* --- the plan --------------------------------------------------------------------------------- */

#define Q35 "-machine q35 "
#define CD "-device ide-cd,id=cd0"

/* Steps as `KIND WHEN ID [removed] [added]`, one a line. The words of an argument list are
 * separated by blanks; one that begins with `#` is switched off. */
static const struct
{
  const char *before;
  const char *after;
  const char *steps;
} plans[] = {
  /* Nothing differs: notes, arguments that are switched off, spellings. */
  { "-m 1G -smp 2", "-m 1G -smp 2", "" },
  { "-m 1G", "-m 1G #-smp 4", "" },
  { "-m 1G", "--m size=1G", "" },

  /* Their order is read only once, too. */
  { "-device e1000,id=a -device e1000,id=b", "-device e1000,id=b -device e1000,id=a",
    "other next - [0] [1]" },
  { "-m 1G -device e1000,id=a -smp 2 -device e1000,id=b",
    "-m 1G -smp cpus=2 -device e1000,id=a -device e1000,id=b", "other next - [1] [2]" },
  { "-device e1000,id=a -device e1000,id=b", "-device e1000,id=b -device usb-tablet -device "
    "e1000,id=a", "add once - [] [1]\nother next - [0] [2]" },
  { Q35 "-cdrom a.iso -m 1G", Q35 "-m 1G -cdrom b.iso", "medium once ide2-cd0 [1] [2]" },
  { "-m 1G -smp 2", "-smp 2 -m 2G", "other next - [0] [1]\nother next - [] []" },

  /* What QEMU reads only once. */
  { "-m 1G", "-m 2G", "other next - [0] [0]" },
  { "-m 1G -vga std", "-m 1G", "other next - [1] []" },
  { "-m 1G", "-m 1G -vga std", "other next - [] [1]" },
  { "-device e1000,id=a", "-device e1000,id=a,mac=52:54:00:00:00:01", "other next - [0] [0]" },
  { "-device e1000,id=a", "-device rtl8139,id=a", "other next - [0] [0]" },
  { "-netdev user,id=n", "-netdev tap,id=n", "other next - [0] [0]" },
  { "-chardev null,id=c", "-chardev null,id=c -device isa-serial,chardev=c,id=s",
    "add once s [] [1]" },
  { "-m 1G", "-m 1G -chardev null,id=c -device isa-serial,chardev=c,id=s",
    "add next s [] [1 2]" },
  { "-m 1G", "-m 1G -netdev user,id=n", "other next - [] [1]" },

  /* Devices and what stands behind them, in the order in which they must be made. */
  { "-m 1G", "-m 1G -device usb-tablet", "add once - [] [1]" },
  { "-m 1G", "-m 1G -device virtio-blk-pci,id=d,drive=f -blockdev raw,node-name=f,file=p "
             "-blockdev file,node-name=p,filename=x",
    "add once d [] [3 2 1]" },
  { "-m 1G", "-m 1G -blockdev {\"driver\":\"raw\",\"node-name\":\"f\",\"file\":\"p\"} "
             "-blockdev {\"driver\":\"file\",\"node-name\":\"p\",\"filename\":\"x\"} "
             "-device {\"driver\":\"virtio-blk-pci\",\"id\":\"d\",\"drive\":\"f\"}",
    "add once d [] [2 1 3]" },
  { "-m 1G", "-m 1G -netdev user,id=n -device e1000,id=c,netdev=n", "add once c [] [1 2]" },
  { "-m 1G", "-m 1G -drive if=none,id=n,file=x -device usb-storage,id=s,drive=n",
    "add once s [] [1 2]" },
  { "-m 1G", "-m 1G -drive file=x,if=virtio", "other next - [] [1]" },
  { "-m 1G -netdev user,id=n -device e1000,id=c,netdev=n", "-m 1G",
    "remove demand c [2 1] []" },
  { "-blockdev file,node-name=p,filename=x -blockdev raw,node-name=f,file=p "
    "-device virtio-blk-pci,id=d,drive=f", "",
    "remove demand d [2 1 0] []" },
  { "-netdev user,id=n -device e1000,netdev=n", "", "remove next - [1 0] []" },
  { "-netdev user,id=n -device e1000,id=c,netdev=n", "-netdev user,id=n",
    "remove demand c [1] []" },
  { "-device qemu-xhci,id=x -device usb-tablet,id=t,bus=x.0", "",
    "remove demand t [1] []\nremove demand x [0] []" },

  /* A device by another name is not a second one. */
  { "-netdev user,id=n -device e1000,id=a,netdev=n", "-netdev user,id=m -device e1000,id=b,netdev=m",
    "other next - [0 1] [0 1]" },
  { "-device usb-tablet,id=a", "-device usb-tablet,id=b", "other next - [0] [0]" },
  { "-device usb-tablet,id=a", "-device usb-mouse,id=b",
    "remove demand a [0] []\nadd once b [] [0]" },

  /* Media. */
  { Q35 "-cdrom a.iso", Q35 "-cdrom b.iso", "medium once ide2-cd0 [1] [1]" },
  { Q35 "-cdrom a.iso", Q35, "medium once ide2-cd0 [1] []" },
  { Q35, Q35 "-cdrom a,,b.iso", "medium once ide2-cd0 [] [1]" },
  { Q35 "-nodefaults -cdrom a.iso", Q35 "-nodefaults", "other next - [2] []" },
  { "-machine pc -fda a", "-machine pc -fda b", "medium once floppy0 [1] [1]" },
  { Q35 "-drive file=a,media=cdrom,id=my", Q35 "-drive file=b,media=cdrom,id=my",
    "medium once my [1] [1]" },
  { Q35 "-drive file.filename=a,media=cdrom,id=my", Q35 "-drive file.filename=b,media=cdrom,id=my",
    "medium next my [1] [1]" },
  { Q35 "-drive file.filename=a,media=cdrom,id=my", Q35 "-drive file=b,media=cdrom,id=my",
    "medium once my [1] [1]" },
  { Q35 "-drive file.filename=a,media=cdrom,id=my", Q35 "-drive media=cdrom,id=my",
    "medium once my [1] [1]" },
  { Q35 "-drive file=a,media=cdrom", Q35 "-drive media=cdrom", "medium once ide0-cd0 [1] [1]" },
  { Q35 "-drive file=a,media=cdrom,cache=none", Q35 "-drive file=b,media=cdrom",
    "other next - [1] [1]" },
  { Q35 "-drive file=a", Q35 "-drive file=b", "other next - [1] [1]" },
  { CD ",drive=n -blockdev file,node-name=n,filename=a", CD, "medium once cd0 [1 0] [0]" },
  { CD, CD ",drive=n -blockdev file,node-name=n,filename=a", "medium once cd0 [0] [1 0]" },
  { CD ",drive=n -blockdev raw,node-name=n,file.driver=file,file.filename=a",
    CD ",drive=n -blockdev raw,node-name=n,file.driver=file,file.filename=b",
    "medium once cd0 [1] [1]" },
  { "-blockdev file,node-name=n,filename=a -device ide-cd,drive=n",
    "-blockdev file,node-name=n,filename=b -device ide-cd,drive=n", "medium next - [0] [0]" },
  { CD, CD ",bootindex=1", "other next - [0] [0]" },
  { "-device virtio-blk-pci,id=d,drive=n -blockdev file,node-name=n,filename=a",
    "-device virtio-blk-pci,id=d,drive=n -blockdev file,node-name=n,filename=b",
    "other next - [1] [1]" },

  /* Port forwards: keyval with repeats, JSON. */
  { "-netdev user,id=n", "-netdev user,id=n,hostfwd=tcp::1-:2", "forwards once n [0] [0]" },
  { "-netdev user,id=n,hostfwd=tcp::1-:2,hostfwd=tcp::3-:4", "-netdev user,id=n",
    "forwards once n [0] [0]" },
  { "-netdev {\"type\":\"user\",\"id\":\"n\",\"hostfwd\":[{\"str\":\"tcp::1-:2\"}]}",
    "-netdev {\"type\":\"user\",\"id\":\"n\"}", "forwards once n [0] [0]" },
  { "-nic user", "-nic user,hostfwd=tcp::1-:2", "forwards once - [0] [0]" },
  { "-netdev user,id=n", "-netdev user,id=n,restrict=on,hostfwd=tcp::1-:2",
    "other next - [0] [0]" },

  /* Processors. */
  { "-smp 1,maxcpus=4", "-smp 3,maxcpus=4", "cpus once - [0] [0]" },
  { "-smp 1,maxcpus=4", "-smp cpus=3,maxcpus=4", "cpus once - [0] [0]" },
  { "-smp 1", "-smp 2", "cpus next - [0] [0]" },
  { "-smp 1,maxcpus=4", "-smp 5,maxcpus=4", "cpus next - [0] [0]" },
  { "-smp 3,maxcpus=4", "-smp 2,maxcpus=4", "cpus next - [0] [0]" },
  { "-smp 1,maxcpus=4", "-smp 2,maxcpus=8", "cpus next - [0] [0]" },

  /* Ugly ones: trailing commas, JSON that is none, what no form knows. */
  { "-device {broken", "-device {broken}", "other next - [0] [0]" },
  { "-m 1G,", "-m 1G,,", "other next - [0] [0]" },
  { "-frobnicate x", "-frobnicate y", "other next - [0] [0]" },
  { "disk.img", "other.img", "other next - [0] [0]" },
};

static GPtrArray *
read_arguments (const char *text)
{
  GPtrArray *arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean off = *words[i] == '#';
      const char *word = words[i] + off;
      gboolean has_value = *word == '-' && words[i + 1] != NULL && *words[i + 1] != '-' &&
                           *words[i + 1] != '#' && *words[i + 1] != '\0';
      g_autoptr (DroverArgument) argument = NULL;

      if (*word == '\0')
        continue;
      argument = drover_argument_new (*word == '-' ? word : NULL,
                                      has_value ? words[i + 1] : *word == '-' ? NULL : word);
      g_ptr_array_add (arguments, drover_argument_with_enabled (argument, !off));
      i += has_value;
    }

  return arguments;
}

static void
append_list (GString *text, GArray *list)
{
  g_string_append (text, " [");
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? " " : "", g_array_index (list, int, i));
  g_string_append (text, "]");
}

static char *
describe_plan (DroverHotPlan *plan)
{
  static const char *const kinds[] = { "other", "add", "remove", "medium", "forwards", "cpus" };
  static const char *const whens[] = { "once", "demand", "next" };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < plan->steps->len; i++)
    {
      const DroverHotStep *step = plan->steps->pdata[i];

      g_string_append_printf (text, "%s%s %s %s", i > 0 ? "\n" : "", kinds[step->kind],
                              whens[step->when], step->id != NULL ? step->id : "-");
      append_list (text, step->before);
      append_list (text, step->after);
      g_assert_true (*step->title != '\0');
      g_assert_true (step->when != DROVER_HOT_NEXT_START || step->reason != NULL);
    }

  return g_string_free_and_steal (text);
}

static void
test_plan (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      g_autoptr (GPtrArray) before = read_arguments (plans[i].before);
      g_autoptr (GPtrArray) after = read_arguments (plans[i].after);
      g_autoptr (DroverHotPlan) plan = drover_hot_plan_new (before, after, QEMU);
      g_autofree char *steps = describe_plan (plan);

      g_test_message ("%s → %s", plans[i].before, plans[i].after);
      g_assert_cmpstr (steps, ==, plans[i].steps);
    }
}

static char *
join (GPtrArray *arguments)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *flag = drover_argument_get_flag (arguments->pdata[i]);
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      g_string_append_printf (text, "%s%s%s%s", text->len > 0 ? " " : "",
                              flag != NULL ? flag : "", flag && value ? " " : "",
                              value != NULL ? value : "");
    }

  return g_string_free_and_steal (text);
}

static gboolean
is_reordered (DroverHotPlan *plan)
{
  for (guint i = 0; i < plan->steps->len; i++)
    if (strstr (((DroverHotStep *) plan->steps->pdata[i])->title, "order") != NULL)
      return TRUE;

  return FALSE;
}

static GPtrArray *
list_steps (DroverHotPlan *plan, gboolean now)
{
  GPtrArray *steps = g_ptr_array_new ();

  for (guint i = 0; i < plan->steps->len; i++)
    if ((((DroverHotStep *) plan->steps->pdata[i])->when != DROVER_HOT_NEXT_START) == now)
      g_ptr_array_add (steps, plan->steps->pdata[i]);

  return steps;
}

/* With all done that can be, the same is left that must wait. */
static void
assert_rest (DroverHotPlan *plan, GPtrArray *after)
{
  g_autoptr (GPtrArray) now = list_steps (plan, TRUE);
  g_autoptr (GPtrArray) waiting = list_steps (plan, FALSE);
  g_autoptr (GPtrArray) arguments = drover_hot_plan_merge (plan, now);
  g_autoptr (DroverHotPlan) rest = drover_hot_plan_new (arguments, after, QEMU);

  g_assert_cmpuint (rest->steps->len, ==, waiting->len);
  for (guint i = 0; i < waiting->len; i++)
    g_assert_cmpstr (((DroverHotStep *) rest->steps->pdata[i])->title, ==,
                     ((DroverHotStep *) waiting->pdata[i])->title);
}

/* Law: with every step done what runs is what the document says, and the next plan is empty;
 * with none done nothing changes. Nobody can give QEMU its arguments in another order. */
static void
test_merge (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      g_autoptr (GPtrArray) before = read_arguments (plans[i].before);
      g_autoptr (GPtrArray) after = read_arguments (plans[i].after);
      g_autoptr (DroverHotPlan) plan = drover_hot_plan_new (before, after, QEMU);
      g_autoptr (GPtrArray) none = g_ptr_array_new ();
      g_autoptr (GPtrArray) same = drover_hot_plan_merge (plan, none);
      g_autoptr (GPtrArray) all = drover_hot_plan_merge (plan, plan->steps);
      g_autoptr (DroverHotPlan) rest = drover_hot_plan_new (all, after, QEMU);
      g_autofree char *text = join (same);
      g_autofree char *expected = join (before);

      g_test_message ("%s → %s", plans[i].before, plans[i].after);
      g_assert_cmpstr (text, ==, expected);
      if (!is_reordered (plan))
        g_assert_cmpuint (rest->steps->len, ==, 0);
      assert_rest (plan, after);
    }
}

/* The words of a command line are joined as in the document where no table says how. */
static void
test_read_command (void)
{
  const char *const command[] = { "qemu", "-frob", "-1", "-S", "disk.img", "-m", "1G", "-new", "x",
                                  "-append", "-quiet", NULL };
  g_autoptr (GPtrArray) document = g_ptr_array_new ();
  g_autoptr (DroverArgument) frob = drover_argument_new ("-frob", "-1");
  g_autoptr (GPtrArray) arguments = NULL;

  g_ptr_array_add (document, frob);
  arguments = drover_hot_read_command (command, document);
  g_assert_cmpuint (arguments->len, ==, 6);
  g_assert_cmpstr (drover_argument_get_value (arguments->pdata[0]), ==, "-1");
  g_assert_null (drover_argument_get_value (arguments->pdata[1]));
  g_assert_null (drover_argument_get_flag (arguments->pdata[2]));
  g_assert_cmpstr (drover_argument_get_value (arguments->pdata[3]), ==, "1G");
  g_assert_cmpstr (drover_argument_get_value (arguments->pdata[4]), ==, "x");
  g_assert_cmpstr (drover_argument_get_value (arguments->pdata[5]), ==, "-quiet");
}

/* --- from option text to QMP ------------------------------------------------------------------ */

static const char schema_text[] =
  "[{\"name\":\"netdev_add\",\"meta-type\":\"command\",\"arg-type\":\"1\"},"
  "{\"name\":\"1\",\"meta-type\":\"object\",\"tag\":\"type\",\"members\":["
  "{\"name\":\"id\",\"type\":\"str\"},{\"name\":\"type\",\"type\":\"2\"}],"
  "\"variants\":[{\"case\":\"user\",\"type\":\"3\"},{\"case\":\"stream\",\"type\":\"6\"}]},"
  "{\"name\":\"2\",\"meta-type\":\"enum\"},"
  "{\"name\":\"3\",\"meta-type\":\"object\",\"members\":[{\"name\":\"restrict\",\"type\":\"bool\"},"
  "{\"name\":\"hostfwd\",\"type\":\"4\"},{\"name\":\"mtu\",\"type\":\"int\"}]},"
  "{\"name\":\"4\",\"meta-type\":\"array\",\"element-type\":\"5\"},"
  "{\"name\":\"5\",\"meta-type\":\"object\",\"members\":[{\"name\":\"str\",\"type\":\"str\"}]},"
  "{\"name\":\"6\",\"meta-type\":\"object\",\"members\":[{\"name\":\"addr\",\"type\":\"7\"}]},"
  "{\"name\":\"7\",\"meta-type\":\"object\",\"tag\":\"type\",\"members\":["
  "{\"name\":\"type\",\"type\":\"2\"}],\"variants\":[{\"case\":\"inet\",\"type\":\"8\"}]},"
  "{\"name\":\"8\",\"meta-type\":\"object\",\"members\":[{\"name\":\"host\",\"type\":\"str\"},"
  "{\"name\":\"keep\",\"type\":\"bool\"}]},"
  "{\"name\":\"str\",\"meta-type\":\"builtin\",\"json-type\":\"string\"},"
  "{\"name\":\"int\",\"meta-type\":\"builtin\",\"json-type\":\"int\"},"
  "{\"name\":\"bool\",\"meta-type\":\"builtin\",\"json-type\":\"boolean\"}]";

static void
test_schema (void)
{
  static const char *const texts[][2] = {
    { "user,id=n,restrict=on", "{\"id\":\"n\",\"type\":\"user\",\"restrict\":true}" },
    { "user,restrict", "{\"type\":\"user\",\"restrict\":true}" },
    { "user,hostfwd=tcp::1-:2,mtu=9k,hostfwd=tcp::3-:4",
      "{\"type\":\"user\",\"hostfwd\":[{\"str\":\"tcp::1-:2\"},{\"str\":\"tcp::3-:4\"}],"
      "\"mtu\":9216}" },
    { "user,new=1,mtu=many", "{\"type\":\"user\",\"mtu\":\"many\",\"new\":\"1\"}" },
    { "stream,addr.type=inet,addr.keep=off,addr.host=a,,b",
      "{\"type\":\"stream\",\"addr\":{\"type\":\"inet\",\"host\":\"a,b\",\"keep\":false}}" },
    { "{\"type\": \"user\", \"id\": \"n\"}", "{\"type\":\"user\",\"id\":\"n\"}" },
  };
  g_autoptr (JsonNode) schema = drover_json_parse (schema_text, -1, NULL);

  g_assert_nonnull (schema);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (DroverArgument) argument = drover_argument_new ("-netdev", texts[i][0]);
      g_autoptr (DroverFields) fields = drover_fields_new (argument);
      g_autoptr (JsonNode) node = drover_qmp_arguments_new (schema, "netdev_add", fields);
      g_autofree char *text = drover_json_to_text (node, FALSE);

      g_assert_cmpstr (text, ==, texts[i][1]);
    }
}

static void
test_device_types (void)
{
  static const char properties_text[] =
    "[{\"name\":\"vendorid\",\"type\":\"uint32\"},{\"name\":\"mq\",\"type\":\"bool\"},"
    "{\"name\":\"size\",\"type\":\"size\"},{\"name\":\"addr\",\"type\":\"str\"}]";
  g_autoptr (JsonNode) properties = drover_json_parse (properties_text, -1, NULL);
  g_autoptr (DroverArgument) argument =
    drover_argument_new ("-device", "usb-host,vendorid=0x1d6b,mq,size=1M,addr=06.0,bus=x.0");
  g_autoptr (DroverFields) fields = drover_fields_new (argument);
  g_autoptr (JsonNode) node = drover_qmp_arguments_new_device (properties, fields);
  g_autofree char *text = drover_json_to_text (node, FALSE);

  g_assert_cmpstr (text, ==, "{\"driver\":\"usb-host\",\"vendorid\":7531,\"mq\":true,"
                             "\"size\":1048576,\"addr\":\"06.0\",\"bus\":\"x.0\"}");
}

/* --- with a QEMU that does as the test says --------------------------------------------------- */

/* What a plan from @before to @after does first. */
typedef struct
{
  DroverHotWork work;
  DroverHotPlan *plan;
  gboolean done;
  GError *error;
} Play;

static Play *
play_new (DroverQmp *qmp, const char *before, const char *after)
{
  Play *self = g_new0 (Play, 1);
  g_autoptr (GPtrArray) old_arguments = read_arguments (before);
  g_autoptr (GPtrArray) arguments = read_arguments (after);

  self->plan = drover_hot_plan_new (old_arguments, arguments, QEMU);
  g_assert_cmpuint (self->plan->steps->len, ==, 1);
  self->work.qmp = qmp;
  self->work.plan = self->plan;
  self->work.before = drover_fields_list (old_arguments);
  self->work.after = drover_fields_list (arguments);
  self->work.wait_msec = 1;
  self->work.machine = new_machine (QEMU, ARGUMENTS ("-S"));
  return self;
}

static void
play_free (Play *self)
{
  g_clear_pointer (&self->work.schema, json_node_unref);
  g_ptr_array_unref (self->work.before);
  g_ptr_array_unref (self->work.after);
  g_object_unref (self->work.machine);
  drover_hot_plan_free (self->plan);
  g_clear_error (&self->error);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Play, play_free)

static DexFuture *
play_fiber (gpointer user_data)
{
  Play *self = user_data;

  self->done = _drover_hot_run_step (&self->work, self->plan->steps->pdata[0], &self->error);
  return dex_future_new_true ();
}

static void
reply_error (FakeQmp *fake, gint64 id, const char *class)
{
  g_autofree char *text = g_strdup_printf (
    "{\"error\": {\"class\": \"%s\", \"desc\": \"No.\"}, \"id\": %" G_GINT64_FORMAT "}\r\n", class,
    id);

  fake_qmp_say (fake, text);
}

/* Only QEMU's word that a device is not there means that it is gone. */
static void
test_gone (void)
{
  static const char *const classes[] = { "GenericError", "DeviceNotFound" };

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      g_autoptr (FakeQmp) fake = fake_qmp_new ();
      g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
      g_autoptr (Play) play = play_new (qmp, "-device usb-tablet,id=pen", "");
      DexFuture *future = drover_dex_spawn (play_fiber, play, NULL);

      fake_qmp_reply (fake, fake_qmp_expect (fake, "device_del"), "{}");
      reply_error (fake, fake_qmp_expect (fake, "qom-list"), classes[i]);
      g_assert_true (drover_test_await (future, NULL));
      g_assert_true (play->done == g_str_equal (classes[i], "DeviceNotFound"));
      g_assert_true ((play->error == NULL) == play->done);
    }
}

/* How long the main loop would sleep at most; -1 for ever. */
static int
get_sleep (void)
{
  GMainContext *context = g_main_context_default ();
  GPollFD fds[64];
  int priority, timeout;

  g_assert_true (g_main_context_acquire (context));
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_prepare (context, &priority);
  g_main_context_query (context, G_MAXINT, &timeout, fds, G_N_ELEMENTS (fds));
  g_main_context_check (context, G_MAXINT, fds, 0);
  g_main_context_release (context);
  return timeout;
}

/* While QEMU does what it was told it is not called off: it would do it all the same. What only
 * asks has its limit. */
static void
test_no_limit (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  g_autoptr (Play) play = play_new (qmp, "-m 1G",
                                    "-m 1G -blockdev file,node-name=n,filename=x -device "
                                    "virtio-blk-pci,id=v,drive=n");
  DexFuture *future = drover_dex_spawn (play_fiber, play, NULL);
  gint64 id;

  id = fake_qmp_expect (fake, "query-qmp-schema");
  g_assert_cmpint (get_sleep (), >, 0);
  g_assert_cmpint (get_sleep (), <=, DROVER_QMP_TIMEOUT_MSEC);
  fake_qmp_reply (fake, id, "[]");
  id = fake_qmp_expect (fake, "blockdev-add");
  g_assert_cmpint (get_sleep (), ==, -1);
  fake_qmp_reply (fake, id, "{}");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "device-list-properties"), "[]");
  id = fake_qmp_expect (fake, "device_add");
  g_assert_cmpint (get_sleep (), ==, -1);
  fake_qmp_reply (fake, id, "{}");
  g_assert_true (drover_test_await (future, NULL));
  g_assert_true (play->done);
}

/* --- the host's USB devices ------------------------------------------------------------------- */

static void
put_device (const char *root, const char *name, const char *const *attributes)
{
  g_autofree char *folder = g_build_filename (root, "sys/bus/usb/devices", name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint i = 0; attributes[i] != NULL; i += 2)
    {
      g_autofree char *path = g_build_filename (folder, attributes[i], NULL);

      g_assert_true (g_file_set_contents (path, attributes[i + 1], -1, NULL));
    }
}

/* Hubs, interfaces and what has no proper numbers are no devices to give away. */
static void
test_usb_host (void)
{
  g_autofree char *root = g_build_filename (drover_test_dir (), "usb", NULL);
  g_autofree char *node = g_build_filename (root, "dev/bus/usb/001/002", NULL);
  g_autofree char *bus = g_path_get_dirname (node);
  g_autoptr (GPtrArray) none = drover_usb_host_list (root);
  g_autoptr (GPtrArray) devices = NULL;
  g_auto (GStrv) properties = NULL;
  const DroverUsbHost *device;

  g_assert_cmpuint (none->len, ==, 0);
  put_device (root, "usb1", ARGUMENTS ("idVendor", "1d6b\n", "idProduct", "0002\n", "bDeviceClass",
                                       "09\n"));
  put_device (root, "1-1:1.0", ARGUMENTS ("bInterfaceClass", "08\n"));
  put_device (root, "1-3", ARGUMENTS ("idVendor", "xyz\n", "idProduct", "0002\n"));
  put_device (root, "1-2", ARGUMENTS ("idVendor", "ABcd\n", "idProduct", "0102\n", "busnum", "1\n",
                                      "devnum", "3\n"));
  put_device (root, "1-1", ARGUMENTS ("idVendor", "1234\n", "idProduct", "5678\n", "bDeviceClass",
                                      "00\n", "busnum", "1\n", "devnum", "2\n", "product",
                                      "Pen \xff\n", "manufacturer", "Acme\n"));
  g_assert_cmpint (g_mkdir_with_parents (bus, 0700), ==, 0);
  g_assert_true (g_file_set_contents (node, "", 0, NULL));

  devices = drover_usb_host_list (root);
  g_assert_cmpuint (devices->len, ==, 2);
  device = devices->pdata[0];
  g_assert_true (g_str_has_prefix (device->title, "Acme Pen"));
  g_assert_true (device->writable);
  properties = drover_usb_host_dup_properties (device);
  g_assert_cmpstr (properties[1], ==, "vendorid=0x1234");
  g_assert_cmpstr (properties[2], ==, "productid=0x5678");
  device = devices->pdata[1];
  g_assert_cmpstr (device->vendor, ==, "abcd");
  g_assert_cmpstr (device->title, ==, "Device ABcd:0102");
  g_assert_false (device->writable);
}

/* --- real QEMU -------------------------------------------------------------------------------- */

static DroverRun *
new_board (const char *const *arguments)
{
  g_autoptr (DroverMachine) machine = new_machine (QEMU, arguments);
  DroverRun *run = drover_run_new (machine, DROVER_QMP_SOCKET);

  start (run, FALSE);
  g_assert_nonnull (drover_hot_get_plan (drover_hot_get_for_run (run)));
  return run;
}

/* Changes the machine as its window does, one change that stands alone, and waits until the
 * running QEMU has heard of what it is told at once. */
static void
change (DroverRun *run, const char *old_value, const char *const *values)
{
  DroverHot *hot = drover_hot_get_for_run (run);
  DroverEditor *editor = drover_editor_get_for_machine (drover_run_get_machine (run));
  GPtrArray *arguments = drover_arguments_copy (drover_editor_get_arguments (editor));
  g_autoptr (GError) error = NULL;

  for (guint i = 0; old_value != NULL && i < arguments->len; i++)
    if (g_strcmp0 (drover_argument_get_value (arguments->pdata[i]), old_value) == 0)
      {
        g_ptr_array_remove_index (arguments, i);
        break;
      }
  for (guint i = 0; values != NULL && values[i] != NULL; i += 2)
    g_ptr_array_add (arguments, drover_argument_new (values[i], values[i + 1]));
  g_assert_true (drover_editor_apply_arguments (editor, arguments, "Change", NULL, &error));
  g_assert_no_error (error);
  drover_test_until (!drover_hot_is_busy (hot));
  g_ptr_array_unref (arguments);
}

static char *
describe_difference (DroverRun *run)
{
  return describe_plan (drover_hot_get_plan (drover_hot_get_for_run (run)));
}

static void
assert_nothing_differs (DroverRun *run)
{
  g_autofree char *difference = describe_difference (run);
  g_autofree char *folder = drover_run_dup_runtime_dir (run);
  g_autoptr (DroverRunRecord) record = drover_run_record_load (folder, NULL);
  DroverDocument *document = drover_machine_get_document (drover_run_get_machine (run));
  g_auto (GStrv) command = drover_document_dup_argv (document);

  g_assert_cmpstr (difference, ==, "");
  /* And everybody else is told so. */
  g_assert_cmpuint (g_strv_length (record->command), ==, g_strv_length (command));
}

static GPtrArray *
apply (DroverRun *run, DroverHotFlags flags)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *results =
    drover_test_await_boxed (drover_hot_apply (drover_hot_get_for_run (run), flags, NULL), &error);

  g_assert_no_error (error);
  return results;
}

static char *
ask (DroverRun *run, const char *command, const char *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = drover_test_await_boxed (
    drover_qmp_execute (drover_run_get_qmp (run), command,
                        arguments != NULL ? drover_json_parse (arguments, -1, NULL) : NULL),
    &error);

  g_assert_no_error (error);
  return drover_json_to_text (node, FALSE);
}

static gboolean
says (DroverRun *run, const char *command, const char *arguments, const char *word)
{
  g_autofree char *text = ask (run, command, arguments);

  return strstr (text, word) != NULL;
}

#define DEVICES "qom-list", "{\"path\":\"/machine/peripheral\"}"

static char *
write_image (const char *name)
{
  char *path = g_build_filename (drover_test_dir (), name, NULL);
  g_autofree char *zeroes = g_malloc0 (65536);

  g_assert_true (g_file_set_contents (path, zeroes, 65536, NULL));
  return path;
}

/* One machine for all that a PC of today is told: each start costs a second. */
static void
test_board (void)
{
  g_autofree char *a = write_image ("a.iso");
  g_autofree char *b = write_image ("b.iso");
  g_autofree char *data = write_image ("data.raw");
  g_autofree char *cd_a = g_strdup_printf ("raw,node-name=cdn,read-only=on,file.driver=file,"
                                           "file.filename=%s", a);
  g_autofree char *cd_b = g_strdup_printf ("raw,node-name=cdn,read-only=on,file.driver=file,"
                                           "file.filename=%s", b);
  g_autofree char *cd_lost = g_strconcat (cd_a, ".lost", NULL);
  g_autofree char *disk = g_strdup_printf ("raw,node-name=dn,file.driver=file,file.filename=%s",
                                           data);
  g_autoptr (DroverRun) run = new_board (ARGUMENTS (
    "-machine", "q35", "-accel", "tcg", "-m", "64", "-smp", "1,maxcpus=2", "-nodefaults",
    "-display", "none", "-S", "-device", "pcie-root-port,id=rp0,chassis=1", "-device",
    "pcie-root-port,id=rp1,chassis=2", "-device", "qemu-xhci,id=usb0", "-cdrom", a, "-blockdev",
    cd_a, "-device", "ide-cd,id=cd0,bus=ide.0,drive=cdn", "-netdev", "user,id=net0", "-device",
    "virtio-net-pci,netdev=net0", "-drive", "media=cdrom,id=old,index=3"));
  DroverHot *hot = drover_hot_get_for_run (run);
  g_autoptr (GPtrArray) results = NULL;
  g_autofree char *difference = NULL;

  /* Media, the older way and by node; one that is not there leaves the drive as it was. */
  change (run, a, ARGUMENTS ("-cdrom", b));
  assert_nothing_differs (run);
  g_assert_true (says (run, "query-block", NULL, "b.iso"));
  change (run, cd_a, ARGUMENTS ("-blockdev", cd_lost));
  difference = describe_difference (run);
  g_assert_true (g_str_has_prefix (difference, "medium once cd0"));
  g_assert_nonnull (drover_hot_get_failure (hot, drover_hot_get_plan (hot)->steps->pdata[0]));
  g_assert_true (says (run, "query-block", NULL, "a.iso"));
  change (run, cd_lost, ARGUMENTS ("-blockdev", cd_b));
  assert_nothing_differs (run);
  g_assert_false (says (run, "query-block", NULL, "a.iso"));
  change (run, cd_b, NULL);
  change (run, "ide-cd,id=cd0,bus=ide.0,drive=cdn", ARGUMENTS ("-device", "ide-cd,id=cd0,bus=ide.0"));
  g_assert_false (says (run, "query-named-block-nodes", NULL, "\"cdn\""));
  change (run, "media=cdrom,id=old,index=3", ARGUMENTS ("-drive", "media=cdrom,id=old,index=3,file=/dev/null"));

  /* USB lets go by itself; a disk is added with its node. */
  change (run, NULL, ARGUMENTS ("-device", "usb-tablet,id=pen"));
  g_assert_true (says (run, DEVICES, "pen"));
  change (run, "usb-tablet,id=pen", NULL);
  g_assert_true (says (run, DEVICES, "pen"));
  results = apply (run, DROVER_HOT_DEFAULT);
  g_assert_cmpuint (results->len, >=, 1);
  g_assert_false (says (run, DEVICES, "pen"));
  change (run, NULL, ARGUMENTS ("-blockdev", disk, "-device", "virtio-blk-pci,id=disk0,drive=dn,bus=rp0"));
  g_assert_true (says (run, DEVICES, "disk0"));
  g_assert_true (says (run, "query-named-block-nodes", NULL, "\"dn\""));

  /* A processor, where there is room for one. */
  change (run, "1,maxcpus=2", ARGUMENTS ("-smp", "2,maxcpus=2"));
  g_assert_false (says (run, "query-cpus-fast", NULL, "\"cpu-index\":2"));
  g_assert_true (says (run, "query-cpus-fast", NULL, "\"cpu-index\":1"));

  drover_hot_set_patience (hot, 1);
  change (run, disk, NULL);
  change (run, "virtio-blk-pci,id=disk0,drive=dn,bus=rp0", NULL);
  g_clear_pointer (&results, g_ptr_array_unref);
  results = apply (run, DROVER_HOT_DEFAULT);

  /* A guest that stands still does not let go; a reset takes it away, and what stood behind it
   * goes then, too. */
  g_assert_true (says (run, DEVICES, "disk0"));
  g_assert_true (says (run, "query-named-block-nodes", NULL, "\"dn\""));
  g_assert_nonnull (
    strstr (drover_hot_get_failure (hot, drover_hot_get_plan (hot)->steps->pdata[0]),
            "did not let go"));
  g_free (ask (run, "system_reset", NULL));
  drover_test_until (!says (run, DEVICES, "disk0") && !drover_hot_is_busy (hot) &&
                     !says (run, "query-named-block-nodes", NULL, "\"dn\""));
  finish (g_steal_pointer (&run));
}

/* Nothing of such a run is kept, so nothing that would be is plugged in. */
static void
test_disposable (void)
{
  g_autofree char *a = write_image ("a.iso");
  g_autofree char *data = write_image ("data.raw");
  g_autofree char *disk = g_strdup_printf ("raw,node-name=dn,file.driver=file,file.filename=%s",
                                           data);
  g_autofree char *readable = g_strdup_printf (
    "raw,node-name=rn,read-only=on,file.driver=file,file.filename=%s", data);
  g_autofree char *floppy = g_strdup_printf ("if=floppy,format=raw,file=%s", data);
  g_autofree char *cd = g_strdup_printf ("media=cdrom,format=raw,file=%s", a);
  g_autofree char *split = g_strdup_printf (
    "if=none,id=sn,format=raw,file.driver=file,file.filename=%s", data);
  g_autofree char *bare = g_strdup_printf ("if=none,id=bn,driver=file,filename=%s", data);
  g_autofree char *spare_file = write_image ("spare.raw");
  g_autofree char *spare = g_strdup_printf ("raw,node-name=un,file.driver=file,file.filename=%s",
                                            spare_file);
  g_autofree char *difference = NULL;
  g_autoptr (DroverRun) run = new_board (
    ARGUMENTS ("-machine", "pc", "-accel", "tcg", "-m", "64", "-display", "none", "-net", "none",
               "-S", "-snapshot", "-drive", "if=floppy", "-drive", "media=cdrom", "-device",
               "qemu-xhci,id=usb0", "-blockdev", spare));

  /* What is only read may come, and what writes nothing. */
  change (run, "media=cdrom", ARGUMENTS ("-drive", cd));
  change (run, NULL, ARGUMENTS ("-device", "usb-tablet,id=pen"));
  change (run, NULL, ARGUMENTS ("-blockdev", readable, "-device",
                                "virtio-blk-pci,id=read0,drive=rn"));
  assert_nothing_differs (run);
  g_assert_true (says (run, "query-block", NULL, "a.iso"));
  g_assert_true (says (run, DEVICES, "read0"));

  change (run, NULL, ARGUMENTS ("-blockdev", disk, "-device", "usb-storage,id=stick0,drive=dn"));
  change (run, "if=floppy", ARGUMENTS ("-drive", floppy));
  change (run, NULL, ARGUMENTS ("-drive", split, "-device", "usb-storage,id=stick1,drive=sn"));
  change (run, NULL, ARGUMENTS ("-drive", bare, "-device", "usb-storage,id=stick2,drive=bn"));
  /* Its node was there from the start, without a device and so without a temporary file. */
  change (run, NULL, ARGUMENTS ("-device", "usb-storage,id=stick3,drive=un"));
  difference = describe_difference (run);
  g_assert_nonnull (strstr (difference, "medium next floppy0"));
  g_assert_nonnull (strstr (difference, "add next stick0"));
  g_assert_nonnull (strstr (difference, "add next stick1"));
  g_assert_nonnull (strstr (difference, "add next stick2"));
  g_assert_nonnull (strstr (difference, "add next stick3"));
  g_assert_false (says (run, DEVICES, "stick0"));
  g_assert_false (says (run, "query-named-block-nodes", NULL, "\"dn\""));
  finish (g_steal_pointer (&run));
}

/* Saves a change of what is started besides QEMU. */
static void
change_entry (DroverRun *run, const char *service, const char *socket, const char *entry)
{
  DroverHot *hot = drover_hot_get_for_run (run);
  DroverEditor *editor = drover_editor_get_for_machine (drover_run_get_machine (run));
  g_autoptr (JsonNode) node = entry != NULL ? drover_json_parse (entry, -1, NULL) : NULL;
  g_autoptr (DroverDocument) document =
    drover_service_entry_set (drover_editor_get_document (editor), service, socket,
                              node != NULL ? json_node_dup_object (node) : NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (drover_editor_apply (editor, document, "Change", NULL, &error));
  g_assert_no_error (error);
  drover_test_until (!drover_hot_is_busy (hot));
}

static void
assert_difference (DroverRun *run, const char *expected)
{
  g_autofree char *difference = describe_difference (run);

  g_assert_cmpstr (difference, ==, expected);
}

/* What is started besides QEMU stays as it is until the next start, also for who comes later. */
static void
test_services (void)
{
  static const char card[] = "stream,id=net1,server=off,addr.type=unix,addr.path=passt.sock";
  g_autoptr (DroverMachine) machine = new_machine (QEMU, ARGUMENTS (
    "-machine", "pc", "-accel", "tcg", "-m", "64", "-display", "none", "-S", "-netdev",
    "stream,id=own,server=on,addr.type=unix,addr.path=own.sock", "-device",
    "e1000,netdev=own"));
  g_autoptr (DroverDocument) document = drover_service_entry_set (
    drover_machine_get_document (machine), "virtiofs", "old.sock", json_object_new ());
  g_autoptr (DroverMachine) same = NULL;
  g_autoptr (DroverRun) other = NULL;
  DroverRun *run;

  g_assert_true (drover_machine_save (machine, document, NULL));
  run = drover_run_new (machine, DROVER_QMP_SOCKET);
  start (run, FALSE);
  assert_difference (run, "");

  /* Of a program that QEMU does not talk to it does not matter whether it is there. */
  change_entry (run, "virtiofs", "old.sock", NULL);
  assert_difference (run, "");
  change_entry (run, "virtiofs", "old.sock", "{}");
  assert_difference (run, "");
  change_entry (run, "virtiofs", "old.sock", "{\"sandbox\":\"none\"}");
  assert_difference (run, "other next - [] []");
  change_entry (run, "passt", "own.sock", "{\"forwards\":[]}");
  assert_difference (run, "other next - [] []\nother next - [] []");
  same = drover_machine_new (drover_machine_get_folder (machine));
  other = drover_run_new (same, DROVER_CTL_SOCKET);
  g_assert_true (drover_test_await (drover_run_attach (other), NULL));
  assert_difference (other, "other next - [] []\nother next - [] []");
  drop (g_steal_pointer (&other));
  change_entry (run, "passt", "own.sock", NULL);
  change_entry (run, "virtiofs", "old.sock", "{}");
  assert_difference (run, "");

  /* No passt would be at the other end of such a card's network. */
  change_entry (run, "passt", "passt.sock", "{\"forwards\":[\"tcp::2222-:22\"]}");
  assert_difference (run, "");
  change (run, NULL, ARGUMENTS ("-netdev", card, "-device", "e1000,id=nic1,netdev=net1"));
  g_assert_false (says (run, DEVICES, "nic1"));
  {
    g_autofree char *difference = describe_difference (run);

    g_assert_true (g_str_has_prefix (difference, "add next nic1"));
  }
  finish (run);
}

/* A network card comes with its network and goes with it, on what slots a machine has. */
static void
test_card (gconstpointer data)
{
  const char *machine = data;
  gboolean express = g_str_equal (machine, "q35");
  const char *card = express ? "virtio-net-pci,id=nic1,netdev=net1,bus=rp0"
                             : "e1000,id=nic1,netdev=net1";
  DroverRun *run = new_board (
    ARGUMENTS ("-machine", machine, "-accel", "tcg", "-m", "64", "-display", "none", "-net",
               "none", "-S", "-device", express ? "pcie-root-port,id=rp0,chassis=1" : "usb-ehci"));
  DroverHot *hot = drover_hot_get_for_run (run);
  g_autoptr (GPtrArray) results = NULL;

  change (run, NULL, ARGUMENTS ("-netdev", "user,id=net1", "-device", card));
  assert_nothing_differs (run);
  g_assert_true (says (run, DEVICES, "nic1"));
  g_assert_true (says (run, "human-monitor-command", "{\"command-line\":\"info network\"}",
                       "net1"));

  /* Port forwards of a network that came later. */
  change (run, "user,id=net1", ARGUMENTS ("-netdev", "user,id=net1,hostfwd=tcp:127.0.0.1:0-:22"));
  g_assert_true (says (run, "human-monitor-command", "{\"command-line\":\"info usernet\"}",
                       "HOST_FORWARD"));

  /* The guest has no system that would let go; a reset takes the card, then goes its network. */
  drover_hot_set_patience (hot, 1);
  change (run, card, NULL);
  change (run, "user,id=net1,hostfwd=tcp:127.0.0.1:0-:22", NULL);
  g_assert_true (says (run, DEVICES, "nic1"));
  results = apply (run, DROVER_HOT_DEFAULT);
  g_free (ask (run, "system_reset", NULL));
  drover_test_until (!drover_hot_is_busy (hot) && !says (run, DEVICES, "nic1") &&
                     !drover_hot_is_busy (hot) &&
                     !says (run, "human-monitor-command",
                            "{\"command-line\":\"info network\"}", "net1"));
  drover_test_until (drover_hot_get_plan (hot)->steps->len == 0);
  finish (run);
}

/* A floppy, and a stick that goes at once: USB needs no guest for that. */
static void
test_floppy_and_stick (void)
{
  g_autofree char *a = write_image ("a.img");
  g_autofree char *b = write_image ("b.img");
  g_autofree char *data = write_image ("data.raw");
  g_autofree char *disk = g_strdup_printf ("raw,node-name=dn,file.driver=file,file.filename=%s",
                                           data);
  g_autofree char *floppy_a = g_strdup_printf ("if=floppy,format=raw,file=%s", a);
  g_autofree char *floppy_b = g_strdup_printf ("if=floppy,format=raw,file=%s", b);
  g_autofree char *key = write_image ("key.raw");
  g_autofree char *drive = g_strdup_printf ("if=none,id=kn,format=raw,file=%s", key);
  g_autoptr (GPtrArray) results = NULL;
  DroverRun *run = new_board (
    ARGUMENTS ("-machine", "pc", "-accel", "tcg", "-m", "64", "-display", "none", "-net", "none",
               "-S", "-device", "qemu-xhci,id=usb0", "-drive", floppy_a));
  DroverHot *hot = drover_hot_get_for_run (run);

  change (run, floppy_a, ARGUMENTS ("-drive", floppy_b));
  assert_nothing_differs (run);
  g_assert_true (says (run, "query-block", NULL, "b.img"));
  g_assert_false (says (run, "query-block", NULL, "a.img"));
  g_assert_false (says (run, "query-block", NULL, "\"ro\":true"));
  change (run, floppy_b, ARGUMENTS ("-drive", "if=floppy"));
  assert_nothing_differs (run);
  g_assert_false (says (run, "query-block", NULL, "b.img"));
  change (run, "if=floppy", ARGUMENTS ("-drive", floppy_a));
  g_assert_true (says (run, "query-block", NULL, "a.img"));

  /* Where the device cannot come, its drive does not stay, and does not stand in the way of the
   * next try. */
  change (run, NULL,
          ARGUMENTS ("-drive", drive, "-device", "usb-storage,id=key,drive=kn,bus=no.0"));
  g_assert_nonnull (drover_hot_get_failure (hot, drover_hot_get_plan (hot)->steps->pdata[0]));
  g_assert_false (says (run, "query-block", NULL, "\"kn\""));
  change (run, "usb-storage,id=key,drive=kn,bus=no.0",
          ARGUMENTS ("-device", "usb-storage,id=key,drive=kn"));
  assert_nothing_differs (run);
  g_assert_true (says (run, DEVICES, "key"));

  change (run, NULL, ARGUMENTS ("-blockdev", disk, "-device", "usb-storage,id=stick0,drive=dn"));
  assert_nothing_differs (run);
  g_assert_true (says (run, DEVICES, "stick0"));
  change (run, "usb-storage,id=stick0,drive=dn", NULL);
  change (run, disk, NULL);
  g_assert_true (says (run, DEVICES, "stick0"));
  results = apply (run, DROVER_HOT_DEFAULT);
  assert_nothing_differs (run);
  g_assert_false (says (run, DEVICES, "stick0"));
  g_assert_false (says (run, "query-named-block-nodes", NULL, "\"dn\""));
  finish (run);
}

static const DroverHotStep *
get_step (DroverHot *hot, DroverHotKind kind)
{
  DroverHotPlan *plan = drover_hot_get_plan (hot);

  for (guint i = 0; i < plan->steps->len; i++)
    if (((DroverHotStep *) plan->steps->pdata[i])->kind == kind)
      return plan->steps->pdata[i];

  g_assert_not_reached ();
}

/* A guest that says no is believed at once, and one that has locked its drive only forced. */
static void
test_clings (void)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "core", "fake-qemu", NULL);
  g_autoptr (DroverMachine) machine = new_machine (
    program, ARGUMENTS ("-nodefaults", "-fake", "clings", "-device", "usb-tablet,id=pen", "-drive",
                        "media=cdrom,id=cd,file=a.iso"));
  DroverRun *run = drover_run_new (machine, DROVER_QMP_SOCKET);
  DroverHot *hot = drover_hot_get_for_run (run);
  g_autoptr (GPtrArray) removed = NULL;
  g_autoptr (GPtrArray) forced = NULL;

  start (run, TRUE);
  change (run, "usb-tablet,id=pen", NULL);
  /* Longer than anybody waits. */
  drover_hot_set_patience (hot, 3600);
  removed = apply (run, DROVER_HOT_DEFAULT);
  g_assert_cmpstr (drover_hot_get_failure (hot, get_step (hot, DROVER_HOT_REMOVE)), ==,
                   "The guest refused to let go of “pen”");
  g_assert_false (((DroverHotResult *) removed->pdata[0])->live);

  drover_hot_set_patience (hot, 1);
  change (run, "media=cdrom,id=cd,file=a.iso",
          ARGUMENTS ("-drive", "media=cdrom,id=cd,file=b.iso"));
  g_assert_nonnull (strstr (drover_hot_get_failure (hot, get_step (hot, DROVER_HOT_MEDIUM)),
                            "has locked the drive"));
  g_assert_true (drover_hot_can_force (hot, get_step (hot, DROVER_HOT_MEDIUM)));
  g_assert_false (drover_hot_can_force (hot, get_step (hot, DROVER_HOT_REMOVE)));
  forced = drover_test_await_boxed (
    drover_hot_apply (hot, DROVER_HOT_FORCE, get_step (hot, DROVER_HOT_MEDIUM)->key), NULL);
  g_assert_cmpuint (forced->len, ==, 1);
  g_assert_true (((DroverHotResult *) forced->pdata[0])->live);
  finish (run);
}

static void
assert_failure (DroverRun *run, const char *words)
{
  DroverHot *hot = drover_hot_get_for_run (run);
  const char *failure = drover_hot_get_failure (hot, drover_hot_get_plan (hot)->steps->pdata[0]);

  g_assert_nonnull (failure);
  g_test_message ("%s", failure);
  g_assert_nonnull (strstr (failure, words));
}

/* Another program changes the machine and does not get through with it. */
static void
test_lock (void)
{
  DroverRun *run = new_board (ARGUMENTS ("-machine", "pc", "-accel", "tcg", "-m", "64", "-display",
                                         "none", "-S", "-usb"));
  DroverHot *hot = drover_hot_get_for_run (run);
  g_autofree char *folder = drover_run_dup_runtime_dir (run);
  g_autofree char *path = g_build_filename (folder, "hot.lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;
  DexFuture *future;

  g_assert_cmpint (flock (fd, LOCK_EX | LOCK_NB), ==, 0);
  _drover_hot_set_lock_patience (hot, 1);
  change (run, NULL, ARGUMENTS ("-device", "usb-tablet,id=pen"));
  assert_failure (run, "Another program");
  g_assert_null (drover_test_await_boxed (drover_hot_apply (hot, DROVER_HOT_DEFAULT, NULL),
                                          &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  g_clear_error (&error);
  g_assert_false (says (run, DEVICES, "pen"));

  /* Nobody waits for a machine that is off. */
  _drover_hot_set_lock_patience (hot, G_MAXUINT);
  future = drover_hot_apply (hot, DROVER_HOT_DEFAULT, NULL);
  force_off (run);
  results = drover_test_await_boxed (future, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 0);
  close (fd);
  finish (run);
}

/* QEMU says that it did not get a lock; who has the image is said by us, however it is named. */
static void
test_image_in_use (void)
{
  g_autofree char *data = write_image ("held.raw");
  g_autofree char *own = write_image ("own.raw");
  g_autofree char *held = g_strdup_printf ("if=virtio,format=raw,file=%s", data);
  g_autofree char *node = g_strdup_printf ("raw,node-name=dn,file.driver=file,file.filename=%s",
                                           data);
  g_autofree char *again = g_strdup_printf ("raw,node-name=dn,file.driver=file,file.filename=%s",
                                            own);
  g_autofree char *drive = g_strdup_printf ("if=none,id=dn,format=raw,file=%s", data);
  g_autofree char *floppy = g_strdup_printf ("if=floppy,format=raw,file=%s", data);
  g_autofree char *floppy_own = g_strdup_printf ("if=virtio,format=raw,file=%s", own);
  static const char stick[] = "usb-storage,id=stick0,drive=dn";
  DroverRun *other = new_board (ARGUMENTS ("-machine", "pc", "-accel", "tcg", "-m", "64",
                                           "-display", "none", "-S", "-drive", held));
  DroverRun *run = new_board (
    ARGUMENTS ("-machine", "pc", "-accel", "tcg", "-m", "64", "-display", "none", "-S",
               "-device", "qemu-xhci,id=usb0", "-drive", "if=floppy", "-drive", floppy_own,
               "-device", "floppy,id=second,unit=1"));
  g_autofree char *who = g_strdup_printf ("“%s” is in use by the machine “Test” (process %d)",
                                          data, drover_run_get_pid (other));

  change (run, NULL, ARGUMENTS ("-blockdev", node, "-device", stick));
  assert_failure (run, who);
  change (run, node, ARGUMENTS ("-drive", drive));
  assert_failure (run, who);
  change (run, drive, ARGUMENTS ("-blockdev", again));
  assert_failure (run, "by this machine itself");
  change (run, again, NULL);
  change (run, stick, NULL);
  change (run, "if=floppy", ARGUMENTS ("-drive", floppy));
  assert_failure (run, who);
  change (run, floppy, ARGUMENTS ("-drive", "if=floppy"));
  change (run, "floppy,id=second,unit=1",
          ARGUMENTS ("-blockdev", node, "-device", "floppy,id=second,unit=1,drive=dn"));
  assert_failure (run, who);
  drover_test_await (drover_run_force_off (other), NULL);
  drop (other);
  finish (run);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/hot/plan", test_plan);
  g_test_add_func ("/hot/merge", test_merge);
  g_test_add_func ("/hot/read-command", test_read_command);
  g_test_add_func ("/hot/schema", test_schema);
  g_test_add_func ("/hot/device-types", test_device_types);
  g_test_add_func ("/hot/gone", test_gone);
  g_test_add_func ("/hot/no-limit", test_no_limit);
  g_test_add_func ("/hot/usb-host", test_usb_host);
  g_test_add_func ("/hot/board", test_board);
  g_test_add_func ("/hot/disposable", test_disposable);
  g_test_add_func ("/hot/services", test_services);
  g_test_add_data_func ("/hot/card/q35", "q35", test_card);
  g_test_add_data_func ("/hot/card/pc", "pc", test_card);
  g_test_add_func ("/hot/floppy-and-stick", test_floppy_and_stick);
  g_test_add_func ("/hot/clings", test_clings);
  g_test_add_func ("/hot/image-in-use", test_image_in_use);
  g_test_add_func ("/hot/lock", test_lock);
  return drover_test_run ();
}
