/* Temporary, until the import branch is merged: see drover-weak.c. */
#include "config.h"
#include <string.h>
#include "drover-option.h"
#include "drover-shell.h"
static const DroverOption opts[] = {
{"m",TRUE,DROVER_OPTION_KEYVAL,"size",NULL},{"device",TRUE,DROVER_OPTION_KEYVAL,"driver","id"},{"blockdev",TRUE,DROVER_OPTION_KEYVAL,"driver","node-name"},{"append",TRUE,DROVER_OPTION_PLAIN,NULL,NULL},{"nographic",FALSE,DROVER_OPTION_PLAIN,NULL,NULL},{"cpu",TRUE,DROVER_OPTION_KEYVAL,"model",NULL},{"smp",TRUE,DROVER_OPTION_KEYVAL,"cpus",NULL},{"netdev",TRUE,DROVER_OPTION_KEYVAL,"type","id"},{"drive",TRUE,DROVER_OPTION_KEYVAL,NULL,"id"},{"kernel",TRUE,DROVER_OPTION_PLAIN,NULL,NULL},{"S",FALSE,0,NULL,NULL},{"",FALSE,0,NULL,NULL}};
__attribute__ ((weak)) const DroverOption *drover_option_find (const char *name){for(guint i=0;i<G_N_ELEMENTS(opts);i++) if(g_str_equal(opts[i].name,name)) return &opts[i]; return NULL;}
__attribute__ ((weak)) char *drover_shell_quote (const char *w){ if (*w && w[strspn (w, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_@%+=:,./-")]==0) return g_strdup(w); return g_shell_quote(w);}
