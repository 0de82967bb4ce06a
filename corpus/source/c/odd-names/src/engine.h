#ifndef ENGINE_H
#define ENGINE_H
/* A petrol engine. */
int engine_start(void);
#endif
